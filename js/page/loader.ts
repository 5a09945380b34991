/**
 * Starts an exported page. Its style sheet and its scripts are in it as zlib data in base64, which takes less than half
 * of their size; this script unpacks them. It must itself run in old browsers, to say that they are too old.
 */
import { page_unreadable as en } from "../../src/epochscope/words/page/en.json";
import { page_unreadable as ko } from "../../src/epochscope/words/page/ko.json";
import { insertPacked } from "./packed";

insertPacked(document).catch(() => {
  const scope = document.getElementById("epochscope") as HTMLElement;
  const language = scope.dataset.lang || navigator.language;
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.textContent = language.startsWith("ko") ? ko : en;
  scope.prepend(message);
});
