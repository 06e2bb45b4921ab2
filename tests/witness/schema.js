// SPDX-License-Identifier: Apache-2.0
//
// schema.js SCHEMA FILE...: each JSON file by ajv.
'use strict'

const fs = require('fs')
const Ajv = require('ajv/dist/2020')
const formats = require('ajv-formats')

const ajv = new Ajv({ allErrors: true, strict: true })
formats(ajv)
const check = ajv.compile(JSON.parse(fs.readFileSync(process.argv[2])))
let failed = 0
for (const file of process.argv.slice(3))
	if (!check(JSON.parse(fs.readFileSync(file)))) {
		console.log(file + ': ' + ajv.errorsText(check.errors))
		failed = 1
	}
process.exit(failed)
