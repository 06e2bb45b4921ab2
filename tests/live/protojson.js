// SPDX-License-Identifier: Apache-2.0
// A dump's line (protojson) as the bytes that an agent would send, by a
// protobuf implementation that is not ours. As Go does, a field that holds
// its default is left out.
'use strict';
const path = require('path');
const protobuf = require('protobufjs');

function timestamp(text) {
	const m = /^(.*?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
	if (!m)
		throw new Error('no timestamp: ' + text);
	return {seconds: Date.parse(m[1] + m[3]) / 1000,
		nanos: +(m[2] || '').padEnd(9, '0')};
}

function duration(text) {
	const m = /^(\d+)(?:\.(\d{1,9}))?s$/.exec(text);
	if (!m)
		throw new Error('no duration: ' + text);
	return {seconds: +m[1], nanos: +(m[2] || '').padEnd(9, '0')};
}

function named(type, value) {
	const n = typeof value === 'number' ? value : type.values[value];
	if (n === undefined)
		throw new Error(`no ${type.name}: ${value}`);
	return n;
}

function wellKnown(type, value) {
	switch (type.fullName) {
	case '.google.protobuf.Timestamp':
		return timestamp(value);
	case '.google.protobuf.Duration':
		return duration(value);
	default:
		return /^\.google\.protobuf\.\w+Value$/.test(type.fullName)
			? {value} : null;
	}
}

function single(field, value) {
	const type = field.resolvedType;
	if (!type)
		return field.type === 'bytes' ? Buffer.from(value, 'base64') : value;
	if (type instanceof protobuf.Enum)
		return named(type, value);
	return wellKnown(type, value) || message(type, value);
}

function isDefault(field, value) {
	if (field.partOf || field.repeated || field.map)
		return false;
	if (field.type === 'string' || field.type === 'bytes')
		return value.length === 0;
	return [0, '0', false].includes(value);
}

function message(type, json) {
	const out = {};
	for (const [name, value] of Object.entries(json)) {
		const field = type.fields[name];
		if (!field)
			throw new Error(`no field ${name} in ${type.name}`);
		field.resolve();
		const made = field.repeated ? value.map(v => single(field, v))
			: field.map ? value : single(field, value);
		if (!isDefault(field, made))
			out[name] = made;
	}
	return out;
}

// encoder(): a function from a parsed line to a Buffer
function encoder() {
	const root = new protobuf.Root();
	const dir = path.join(__dirname, '..', '..', 'proto');
	root.resolvePath = (from, file) => path.join(dir, file);
	root.loadSync('tetragon/sensors.proto', {keepCase: true});
	const type = root.lookupType('tetragon.GetEventsResponse');
	return json => Buffer.from(
		type.encode(type.fromObject(message(type, json))).finish());
}

module.exports = {encoder};
