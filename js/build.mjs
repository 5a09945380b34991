/**
 * Bundles the front end into the Python package: widget.js and widget.css, what an exported page adds to the latter
 * (page.css) and its scripts (page.js, figure.js). Says how large they are; `--watch` goes on.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const LIMIT_KB = 40; // gzipped, of widget.js: what a class on a slow network waits for
const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "epochscope", "widget", "static");

/** The sheets of the folder `style`, in the order of their names. */
const sheets = readdirSync(join(here, "style"))
  .filter((name) => name.endsWith(".css"))
  .sort()
  .map((name) => join(here, "style", name));

/** @type {esbuild.BuildOptions} */
const common = { bundle: true, minify: true, legalComments: "none", logLevel: "warning", charset: "utf8" };
/** @type {esbuild.BuildOptions} */
const script = { ...common, target: "es2022", jsx: "automatic", jsxImportSource: "preact" };
/** @type {esbuild.BuildOptions[]} */
const builds = [
  { ...script, entryPoints: [join(here, "widget.ts")], outfile: join(out, "widget.js"), format: "esm" },
  ...["page", "figure"].map((name) => ({
    ...script,
    entryPoints: [join(here, "page", `${name}.ts`)],
    outfile: join(out, `${name}.js`),
    format: /** @type {const} */ ("iife"),
    legalComments: /** @type {const} */ ("eof"),
    alias: { "sanitize-html": join(here, "page", "sanitize-html-stub.ts") },
  })),
  { ...common, entryPoints: [join(here, "page", "page.css")], outfile: join(out, "page.css") },
  {
    ...common,
    stdin: {
      contents: sheets.map((path) => `@import ${JSON.stringify(path)};`).join("\n"),
      loader: "css",
      resolveDir: here,
    },
    outfile: join(out, "widget.css"),
  },
];

if (process.argv.includes("--watch")) {
  for (const options of builds) await (await esbuild.context(options)).watch();
} else {
  await Promise.all(builds.map((options) => esbuild.build(options)));
  const sizes = builds.map(({ outfile = "" }) => {
    const bytes = readFileSync(outfile);
    return {
      name: outfile.slice(out.length + 1),
      raw: bytes.length / 1000,
      gzipped: gzipSync(bytes, { level: 9 }).length / 1000,
    };
  });
  for (const { name, raw, gzipped } of sizes)
    console.log(`${name}: ${raw.toFixed(1)} kB, ${gzipped.toFixed(1)} kB gzipped`);
  const widget = sizes.find(({ name }) => name === "widget.js");
  if (widget === undefined || widget.gzipped > LIMIT_KB) {
    console.error(
      `widget.js is beyond ${LIMIT_KB} kB gzipped: make it smaller, or say in js/build.mjs why it may be larger`,
    );
    process.exit(1);
  }
}
