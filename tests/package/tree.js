// SPDX-License-Identifier: Apache-2.0
// tree.js DIR PREFIX: for each file below DIR/node_modules a line
// "PREFIX/path<TAB>purl", the package being the one in whose directory the
// file is, by that directory's own package.json.
'use strict';
const fs = require('fs');
const path = require('path');
const { PackageURL } = require('packageurl-js');

const [dir, prefix] = process.argv.slice(2);
const out = [];

function purlOf(root) {
  const p = JSON.parse(fs.readFileSync(path.join(root, 'package.json')));
  const [scope, name] = p.name.startsWith('@') ? p.name.split('/')
    : [undefined, p.name];
  return new PackageURL('npm', scope, name, p.version).toString()
    .replaceAll('+', '%2B');
}

function walk(at, purl) {
  for (const e of fs.readdirSync(at, { withFileTypes: true })) {
    const to = path.join(at, e.name);
    if (e.isFile() && purl)
      out.push(`${prefix}/${path.relative(dir, to)}\t${purl}`);
    if (!e.isDirectory() || e.name === '.bin') continue;
    const inModules = path.basename(at) === 'node_modules' ||
      (path.basename(at).startsWith('@') &&
       path.basename(path.dirname(at)) === 'node_modules');
    const isScope = path.basename(at) === 'node_modules' &&
      e.name.startsWith('@');
    if (inModules && !isScope && fs.existsSync(path.join(to, 'package.json')))
      walk(to, purlOf(to));
    else walk(to, purl);
  }
}

walk(path.join(dir, 'node_modules'), undefined);
process.stdout.write(`${out.join('\n')}\n`);
