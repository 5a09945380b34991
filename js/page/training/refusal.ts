import type { Refuse } from "./form-state";
export const refusalOf: Refuse = () => null;
