/** Buttons that look the same in every host: an icon, a text, or both. */
import { Icon, type IconName } from "./icons";

interface ButtonProps {
  label: string;
  icon?: IconName;
  /** Visible words; without them the label is the tooltip. */
  text?: string;
  hint?: string;
  /** The key that does the same, as it is written on keyboards. */
  shortcut?: string;
  kind?: "plain" | "primary" | "quiet" | "strong";
  pressed?: boolean;
  expanded?: boolean;
  disabled?: boolean;
  onPress: () => void;
}

export function Button({
  label,
  icon,
  text,
  hint,
  kind = "plain",
  pressed,
  expanded,
  disabled,
  shortcut,
  onPress,
}: ButtonProps) {
  return (
    <button
      type="button"
      class={`epochscope-button epochscope-button-${kind}`}
      aria-label={text ? undefined : label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      // Not `disabled`: a button that goes grey under the finger must not drop the keyboard focus.
      aria-disabled={disabled ? "true" : undefined}
      title={hint ?? (text ? undefined : shortcut ? `${label} (${shortcut})` : label)}
      onClick={(event) => {
        if (!disabled) onPress();
        // After a click with the mouse, space is to play and pause, not to press this button again.
        if (event.detail > 0 && expanded === undefined) focusTimeline(event.currentTarget);
      }}
    >
      {icon && <Icon name={icon} />}
      {text && <span>{text}</span>}
    </button>
  );
}

function focusTimeline(from: Element): void {
  const timeline = from.closest(".epochscope-root")?.querySelector<HTMLElement>(".epochscope-timeline");
  timeline?.focus({ preventScroll: true });
}
