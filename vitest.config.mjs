import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["js/**/*.test.ts", "js/**/*.test.tsx"],
    // Fail a test that writes to the console.
    onConsoleLog(log) {
      throw new Error(`unexpected console output: ${log}`);
    },
  },
});
