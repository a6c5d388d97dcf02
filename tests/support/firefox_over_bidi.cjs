// Loaded into Playwright's driver by NODE_OPTIONS. Playwright 1.65 sends Firefox a command that Firefox 153 does not
// know, emulation.setMediaFeaturesOverride, and gives up; here its refusal is not an error.
const Module = require("node:module");
const fs = require("node:fs");
const plain = Module._extensions[".js"];
const refused = /(send\("emulation\.setMediaFeaturesOverride", \{[^;]*?\}\));/g;
Module._extensions[".js"] = (module, path) => {
  if (!path.endsWith("coreBundle.js")) return plain(module, path);
  module._compile(fs.readFileSync(path, "utf8").replace(refused, "$1.catch(() => {});"), path);
};
