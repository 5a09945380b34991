/**
 * Bundles the front end into the Python package: widget.js and widget.css, and for exported pages page.css, loader.js,
 * page.js, worker.js and figure.js. Prints their sizes; `--watch` rebuilds on changes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const LIMIT_KB = 129; // size limit of widget.js, gzipped: a class may be on a slow network
const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "epochscope", "widget", "static");

/** The sheets of the folder `style`, in the order of their names. */
const sheets = readdirSync(join(here, "style"))
  .filter((name) => name.endsWith(".css"))
  .sort()
  .map((name) => join(here, "style", name));

/** A script that has no module to import: its entry point and its bundle. */
const plain = (/** @type {string} */ folder, /** @type {string} */ name) => ({
  entryPoints: [join(here, folder, `${name}.ts`)],
  outfile: join(out, `${name}.js`),
  format: /** @type {const} */ ("iife"),
});

/** @type {esbuild.BuildOptions} */
const common = { bundle: true, minify: true, legalComments: "none", logLevel: "warning", charset: "utf8" };
/** @type {esbuild.BuildOptions} */
const script = { ...common, target: "es2022", jsx: "automatic", jsxImportSource: "preact" };
/** @type {esbuild.BuildOptions[]} */
const builds = [
  { ...script, entryPoints: [join(here, "widget.ts")], outfile: join(out, "widget.js"), format: "esm" },
  ...["page", "figure"].map((name) => ({
    ...script,
    ...plain("page", name),
    legalComments: /** @type {const} */ ("eof"),
    alias: { "sanitize-html": join(here, "page", "sanitize-html-stub.ts") },
  })),
  // An old browser must be able to read it, to say that it is too old.
  { ...common, target: "es2017", ...plain("page", "loader") },
  { ...common, target: "es2022", ...plain("training", "worker") },
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
      `widget.js: ${widget?.gzipped.toFixed(1)} kB gzipped, must be at most ${LIMIT_KB} kB; make it smaller, or raise LIMIT_KB in js/build.mjs`,
    );
    process.exit(1);
  }
}
