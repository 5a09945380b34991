/** The groups of buttons that the toolbars of a player and of a comparison share. */
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { QuestionStore } from "../player/question-store";
import type { Stage } from "../player/stage";
import type { Words } from "../text/words";
import { Button } from "./button";
import type { InspectionName } from "./inspection/choices";
import { type InspectionPanel, PANELS } from "./inspection/panels";
import { isClosed } from "./question/asking";
import type { PanelName, View } from "./view";

interface OpenerProps {
  panel: Signal<PanelName | null>;
  name: PanelName;
  action: string;
  label: string;
}

/** A button that opens a dialog. */
export function Opener({ panel, name, action, label }: OpenerProps) {
  return (
    <Button
      kind="quiet"
      action={action}
      label={label}
      text
      expanded={panel.value === name}
      onPress={() => {
        panel.value = panel.value === name ? null : name;
      }}
    />
  );
}

interface LookProps {
  words: Words;
  /** What is open, and what opens and closes it. */
  panels: { readonly open: Signal<ReadonlySet<InspectionName>>; toggle(name: InspectionName): void };
  encoding: Signal<boolean>;
  asked: QuestionStore;
  /** Whether a run has code, or says why not. */
  hasCode: boolean;
  /** Before the buttons. */
  children?: ComponentChildren;
}

/** What opens the panels below the toolbar. */
export function LookButtons({ words, panels, encoding, asked, hasCode, children }: LookProps) {
  const opener = ({ name, hint }: InspectionPanel) => (
    <Button
      key={name}
      kind="quiet"
      action={name.replace("_", "-")}
      label={words[name]}
      text
      hint={isClosed(asked, name) ? words.ask_closed : hint(words)}
      disabled={isClosed(asked, name)}
      expanded={panels.open.value.has(name)}
      onPress={() => panels.toggle(name)}
    />
  );
  const isCode = ({ name }: InspectionPanel) => name === "code";
  return (
    <fieldset class="epochscope-toolbar-look" aria-label={words.look_inside}>
      <span class="epochscope-toolbar-label" aria-hidden="true">
        {words.look_inside}
      </span>
      {children}
      <span class="epochscope-look-buttons">
        {PANELS.filter((panel) => !isCode(panel)).map(opener)}
        <Button
          kind="quiet"
          action="encoding"
          label={words.encoding}
          text
          hint={words.encoding_hint}
          expanded={encoding.value}
          onPress={() => {
            encoding.value = !encoding.value;
          }}
        />
        {hasCode && PANELS.filter(isCode).map(opener)}
      </span>
    </fieldset>
  );
}

interface ViewProps {
  view: Pick<View, "words" | "charted" | "large">;
  stage: Pick<Stage, "loop" | "logScale">;
}

/** How the run is shown. */
export function ViewButtons({ view: { words, charted, large }, stage }: ViewProps) {
  const { loop, logScale } = stage;
  return (
    <div class="epochscope-toolbar-view">
      {charted && (
        <span class="epochscope-toolbar-chart">
          <Button
            kind="quiet"
            action="log"
            label={words.log_scale}
            text
            hint={words.log_scale_hint}
            pressed={logScale.value}
            onPress={() => {
              logScale.value = !logScale.value;
            }}
          />
        </span>
      )}
      <Button
        kind="quiet"
        action="loop"
        icon="loop"
        label={words.loop}
        pressed={loop.value}
        onPress={() => {
          loop.value = !loop.value;
        }}
      />
      <Button
        kind="quiet"
        action="present"
        icon={large.value ? "leave" : "present"}
        label={large.value ? words.exit_full_screen : words.present}
        hint={large.value ? words.exit_full_screen : words.present_hint}
        pressed={large.value}
        onPress={() => {
          large.value = !large.value;
        }}
      />
    </div>
  );
}
