// SPDX-License-Identifier: Apache-2.0
// A Tetragon agent that exists only on the wire, on a gRPC implementation that
// is not ours. Every event carries a number (node_name "n<number>", pid), and
// the numbers go on over connections, so that a test can account for each.
//
//   node agent.js --listen unix:///PATH|HOST:PORT [--count N] [--per N]
//       [--end ok|unavailable|invalid|denied|goaway|hang] [--rate N]
//       [--size BYTES] [--big-at N] [--big BYTES] [--old] [--first N]
//       [--cert F --key F [--ca F]] [--cut BYTES] [--log FILE]
//
// stdout: "ready ADDRESS"; the log: one JSON object a line.
'use strict';
const fs = require('fs');
const net = require('net');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const opt = {listen: '127.0.0.1:0', count: '10', per: '0', end: 'hang',
	rate: '0', size: '0', big: '9437184', first: '1', cut: '0'};
for (let i = 2; i < process.argv.length; i++) {
	const name = process.argv[i].slice(2);
	opt[name] = name === 'old' ? true : process.argv[++i];
}
const count = +opt.count, per = +opt.per || count, rate = +opt.rate;
const log = line => opt.log && fs.appendFileSync(opt.log,
	JSON.stringify(line) + '\n');

const root = path.join(__dirname, '..', '..', 'proto');
const api = grpc.loadPackageDefinition(loader.loadSync(
	path.join(root, 'tetragon', 'sensors.proto'),
	{includeDirs: [root], keepCase: true, longs: String, enums: String}))
	.tetragon;

function event(n) {
	const e = {node_name: 'n' + n,
		time: {seconds: 1700000000 + n, nanos: n % 1000 * 1000}};
	const process = {pid: {value: n}, exec_id: 'e' + n,
		binary: '/usr/bin/probe',
		arguments: 'x'.repeat(n === +opt['big-at'] ? +opt.big : +opt.size)};
	if (n % 3 === 0)
		e.process_exec = {process};
	else if (n % 3 === 1)
		e.process_exit = {process, status: n % 7};
	else
		e.process_kprobe = {process, function_name: '__x64_sys_openat'};
	return e;
}

let next = +opt.first, connections = 0;

function finish(call, first) {
	log({connection: connections, first, last: next - 1});
	switch (opt.end) {
	case 'ok':
		return call.end();
	case 'unavailable':
		return call.emit('error', {code: grpc.status.UNAVAILABLE,
			details: 'going away'});
	case 'goaway':
		server.tryShutdown(() => {});
		return setTimeout(() => { server.forceShutdown(); process.exit(0); }, 100);
	default: // the stream stays, and stays silent
	}
}

function refuse(call) {
	const code = {invalid: grpc.status.INVALID_ARGUMENT,
		denied: grpc.status.PERMISSION_DENIED}[opt.end];
	if (code)
		call.emit('error', {code, details: 'this request is no good'});
	return code;
}

function getEvents(call) {
	const first = next, last = Math.min(next + per, +opt.first + count);
	const start = Date.now();
	let gone = false;
	connections++;
	log({request: call.request});
	if (refuse(call))
		return;
	call.on('cancelled', () => { gone = true; log({cancelled: true, last: next - 1}); });
	(function go() {
		while (next < last && !gone) {
			if (rate && (next - first) / rate * 1000 > Date.now() - start)
				return setTimeout(go, 5);
			if (!call.write(event(next++)))
				return call.once('drain', go);
		}
		if (!gone)
			finish(call, first);
	})();
}

const missing = cb => cb({code: grpc.status.UNIMPLEMENTED, details: 'unknown method'});
const policies = [
	{id: 1, name: 'file-open', namespace: 'shop', sensors: ['generic_kprobe'],
		state: 'TP_STATE_ENABLED', mode: 'TP_MODE_MONITOR',
		hook_statuses: [{section: 'kprobe/generic_kprobe',
			hook_description: '__x64_sys_openat', state: 'STATUS_LOADED'}]},
	{id: 2, name: 'ssl', sensors: ['generic_uprobe'], state: 'TP_STATE_ENABLED',
		hook_statuses: [{section: 'uprobe/generic_uprobe',
			hook_description: '/usr/lib/libssl.so.3:SSL_read'}]},
	{id: 3, name: 'broken', state: 'TP_STATE_LOAD_ERROR', error: 'no symbol'},
];

const server = new grpc.Server({'grpc.max_send_message_length': -1});
server.addService(api.FineGuidanceSensors.service, {
	getEvents,
	getVersion: (call, cb) => opt.old ? missing(cb) : cb(null, {version: 'v1.7.0'}),
	listTracingPolicies: (call, cb) => opt.old ? missing(cb) : cb(null, {policies}),
	getHealth: (call, cb) => opt.old ? missing(cb) : cb(null, {health_status: [
		{event: 'HEALTH_STATUS_TYPE_STATUS', status: 'HEALTH_STATUS_RUNNING'}]}),
});

function credentials() {
	if (!opt.cert)
		return grpc.ServerCredentials.createInsecure();
	return grpc.ServerCredentials.createSsl(
		opt.ca ? fs.readFileSync(opt.ca) : null,
		[{private_key: fs.readFileSync(opt.key),
			cert_chain: fs.readFileSync(opt.cert)}], !!opt.ca);
}

// A wire that is cut behind so many bytes of answers, wherever that is.
function proxy(port) {
	const p = net.createServer(client => {
		const up = net.connect(port, '127.0.0.1');
		let left = +opt.cut;
		client.pipe(up);
		up.on('data', d => {
			client.write(d.subarray(0, left));
			left -= d.length;
			if (left <= 0) {
				client.destroy();
				up.destroy();
			}
		});
		for (const s of [client, up])
			s.on('error', () => {});
		client.on('close', () => up.destroy());
		up.on('close', () => client.destroy());
	});
	p.listen(0, '127.0.0.1', () => console.log('ready 127.0.0.1:' + p.address().port));
}

server.bindAsync(opt.listen, credentials(), (err, port) => {
	if (err)
		throw err;
	if (+opt.cut)
		return proxy(port);
	console.log('ready ' + (opt.listen.startsWith('unix:') ? opt.listen
		: opt.listen.replace(/:\d+$/, ':' + port)));
});
