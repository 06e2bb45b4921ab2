// SPDX-License-Identifier: Apache-2.0
// validate.js VERSION FILE: the strict validator of cyclonedx-library, with
// the official schema in it. Prints what is wrong; nothing where all is well.
'use strict';
const fs = require('fs');
const { Spec, Validation } = require('@cyclonedx/cyclonedx-library');

async function main() {
  const [version, file] = process.argv.slice(2);
  const v = new Validation.JsonStrictValidator(Spec.Version[`v${
    version.replace('.', 'dot')}`]);
  const wrong = await v.validate(fs.readFileSync(file, 'utf8'));
  if (wrong !== null) {
    console.log(JSON.stringify(wrong, null, 1));
    process.exitCode = 1;
  }
}

main().catch((e) => {
  console.log(`${e}`);
  process.exitCode = 1;
});
