/** The beginning of ids of a component: Preact's own are unique only within what was rendered together. */
import { useMemo } from "preact/hooks";
import { uniqueInPage } from "../../views/unique";

export const useUniqueId = (): string => useMemo(() => `epochscope-page-${uniqueInPage()}-`, []);
