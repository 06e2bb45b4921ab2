// SPDX-License-Identifier: Apache-2.0
//
// verify.js KEY.pub FILE...: each bundle by sigstore-js, with the key alone:
// no log, no timestamp, no certificate. A line of verdict each.
'use strict'

const fs = require('fs')
const crypto = require('crypto')
const { bundleFromJSON } = require('@sigstore/bundle')
const { Verifier, toSignedEntity } = require('@sigstore/verify')

const key = crypto.createPublicKey(fs.readFileSync(process.argv[2]))
const material = {
	certificateAuthorities: [], timestampAuthorities: [],
	tlogs: [], ctlogs: [],
	publicKey: () => ({ publicKey: key, validFor: () => true }),
}
const thresholds = { tlogThreshold: 0, ctlogThreshold: 0,
	timestampThreshold: 0 }

let failed = 0
for (const file of process.argv.slice(3)) {
	try {
		const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(file)))
		new Verifier(material, thresholds).verify(toSignedEntity(bundle))
		console.log('ok')
	} catch (e) {
		console.log('no: ' + e.message)
		failed = 1
	}
}
process.exit(failed)
