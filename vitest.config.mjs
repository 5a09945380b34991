import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["js/**/*.test.ts", "js/**/*.test.tsx"],
    // What a test writes to the console is a fault that it did not ask for.
    onConsoleLog(log) {
      throw new Error(`written to the console: ${log}`);
    },
  },
});
