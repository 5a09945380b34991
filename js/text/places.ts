/** Where a record stands, in words: its epoch, or the steps done or tokens seen before it. */
import type { Axis, Recording } from "../player/types";
import { fill, grouped, type Words } from "./words";

/** What the words need of a recording. */
export type Placed = Pick<Recording, "axis" | "place">;

/** What the words of an axis need besides. */
export type PlacedRecords = Placed & Pick<Recording, "epochs">;

/** Records that are numbered by their epochs. */
export const EPOCHS: PlacedRecords = { axis: null, place: (epoch) => epoch, epochs: 0 };

/** The number of a place, e.g. "1,638,400"; of epochs that are fractions with as many decimals as tell them apart. */
export function placeNumber(recording: Placed, epoch: number): string {
  const place = recording.place(epoch);
  if (recording.axis !== "epoch") return grouped(Math.round(place));
  const distance = recording.place(1) - recording.place(0);
  const isWhole = Number.isInteger(distance);
  const text = place.toFixed(isWhole ? 2 : Math.max(2, Math.ceil(-Math.log10(distance))));
  const [whole, decimals] = text.split(".") as [string, string];
  return isWhole && Number(decimals) === 0 ? grouped(Number(whole)) : `${grouped(Number(whole))}.${decimals}`;
}

/**
 * The end of an axis of this many records: their number if they are epochs, otherwise the last place; "" as long as no
 * second record tells how far apart they are.
 */
export function axisEnd(recording: PlacedRecords, axisEpochs: number): string {
  if (recording.axis === null) return placeNumber(recording, axisEpochs);
  const isKnown = recording.epochs > 1 || axisEpochs <= 1;
  return isKnown ? placeNumber(recording, Math.max(0, axisEpochs - 1)) : "";
}

/** The same in about the width of seven digits, e.g. "1.6M". */
export function shortAxisEnd(recording: PlacedRecords, axisEpochs: number): string {
  const end = axisEnd(recording, axisEpochs);
  return end.length > MOST_LETTERS ? SHORT.format(recording.place(Math.max(0, axisEpochs - 1))) : end;
}

const MOST_LETTERS = 9;
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** What places count: "epoch", "step" or "tokens". */
export const axisName = (words: Words, axis: Axis | null): string => words[`axis_${axis ?? "epoch"}`];

/** A place with what it counts, e.g. "epoch 12", "step 600" or "1,638,400 tokens". */
export const describePlace = (words: Words, recording: Placed, epoch: number): string =>
  fill(words[`at_${recording.axis ?? "epoch"}`], { place: placeNumber(recording, epoch) });

/** The words of the controls that move through the records, where not each of them is an epoch. */
export function moveWords(words: Words, axis: Axis | null) {
  if (axis === null) {
    return {
      timeline: words.timeline,
      first: words.first_epoch,
      previous: words.previous_epoch,
      next: words.next_epoch,
      last: words.last_epoch,
      speed: words.epochs_per_second,
    };
  }
  return {
    timeline: words.timeline_record,
    first: words.first_record,
    previous: words.previous_record,
    next: words.next_record,
    last: words.last_record,
    speed: words.records_per_second,
  };
}
