/** Package.json's `#name` leads to the build; the boundaries are those of the sources. */
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const libs = join(__dirname, '..', 'libs');
const alias = Object.fromEntries(
  readdirSync(libs).map((name) => [`#${name}$`, join(libs, name, 'index.ts')]),
);

module.exports = { resolve: { alias } };
