/** Replaces the large HTML sanitizer of Jupyter's widget manager, which an exported page never calls. */
export default function sanitize(): never {
  throw new Error("an exported page has no HTML descriptions");
}
