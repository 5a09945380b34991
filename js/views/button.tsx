/** Buttons that look the same in every host: an icon, a text, or both. */
import type { ComponentChildren } from "preact";
import { focusTimeline } from "./focus";
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  /** Written to `data-action`: what the button does, in every language. */
  action: string;
  label: string;
  icon?: IconName;
  /** A picture before the label. */
  before?: ComponentChildren;
  /** Show the label; otherwise it is the tooltip and the accessible name. */
  text?: boolean;
  hint?: string | undefined;
  /** The equivalent key, as it is written on keyboards. */
  shortcut?: string;
  kind?: "plain" | "primary" | "quiet" | "strong" | "filled";
  pressed?: boolean;
  expanded?: boolean;
  disabled?: boolean;
  onPress: (event: MouseEvent) => void;
}

export function Button(props: ButtonProps) {
  const {
    action,
    label,
    icon,
    before,
    text,
    hint,
    shortcut,
    kind = "plain",
    pressed,
    expanded,
    disabled,
    onPress,
  } = props;
  return (
    <button
      type="button"
      class={`epochscope-button epochscope-button-${kind}`}
      data-action={action}
      aria-label={text ? undefined : label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      // Not `disabled`: a button that becomes disabled while it is pressed must not lose the keyboard focus.
      aria-disabled={disabled ? "true" : undefined}
      title={hint ?? (text ? undefined : shortcut ? `${label} (${shortcut})` : label)}
      onClick={(event) => {
        if (!disabled) onPress(event);
        // After a mouse click, the space key should play and pause instead of pressing this button again.
        if (event.detail > 0 && expanded === undefined) focusTimeline(event.currentTarget);
      }}
    >
      {icon && <Icon name={icon} />}
      {before}
      {text && <span>{label}</span>}
    </button>
  );
}
