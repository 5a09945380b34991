/** The words of pages that train by themselves: only these pages need them, so they are not in the widget. */
import en from "../../src/epochscope/words/page/en.json";
import ko from "../../src/epochscope/words/page/ko.json";
import { languageOf } from "./words";

export type PageWords = typeof en;

const languages: Record<ReturnType<typeof languageOf>, PageWords> = { en, ko };

/** The words for a language tag ("ko-KR", "en", ""); English for all others. */
export const pageWordsFor = (tag: string): PageWords => languages[languageOf(tag)];
