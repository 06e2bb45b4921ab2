// SPDX-License-Identifier: Apache-2.0
// An agent that sends given bytes and follows a script: what the wire may do
// to a stream, step by step. It knows GetEvents only, as the oldest agents.
//
//   node scripted.js [--listen unix:///PATH|HOST:PORT] [--log FILE]
//       [--dump FILE | --raw FILE] [--cut N:K] --stream STEPS...
//
// --dump: NDJSON, encoded here; --raw: one message a line in base64, sent as
// it is, whatever it is. Messages go on over streams and start again at the
// end. The first --stream is for the first call, and so on; the last stays.
// Steps, separated by blanks:
//   send:N send:all pause:SECONDS headers hold  ok  status:NAME
//   goaway:CODE (HTTP/2 error code; the stream goes on)  goaway  (and close
//   when the stream has ended)  reset:CODE  drop (the connection)  refuse (no
//   more connections)
// stdout: "ready ADDRESS". The log: a JSON line for each request, each message
// handed over, and each step that ends a stream.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http2 = require('http2');
const path = require('path');

// grpc-js does not show its connections; tests need to break them.
let server2, session, stream2;
const createServer = http2.createServer;
http2.createServer = (...args) => {
	server2 = createServer(...args);
	server2.on('session', s => { session = s; });
	server2.on('stream', (s, h) => {
		if (h[':path'].endsWith('/GetEvents'))
			stream2 = s;
	});
	return server2;
};
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const cutter = require('./cutter.js');
const {encoder} = require('./protojson.js');

const opt = {listen: '127.0.0.1:0', stream: []};
for (let i = 2; i < process.argv.length; i += 2) {
	const name = process.argv[i].slice(2), value = process.argv[i + 1];
	if (name === 'stream')
		opt.stream.push(value);
	else
		opt[name] = value;
}
const log = line => opt.log &&
	fs.appendFileSync(opt.log, JSON.stringify(line) + '\n');

function messages() {
	const lines = f => fs.readFileSync(f, 'utf8').split('\n');
	if (opt.raw)
		return lines(opt.raw).slice(0, -1).map(l => Buffer.from(l, 'base64'));
	const encode = encoder();
	return lines(opt.dump).filter(l => l).map(l => encode(JSON.parse(l)));
}

const bytes = messages();
let next = 0, calls = 0;

const later = seconds => new Promise(r => setTimeout(r, seconds * 1000));

async function send(call, n) {
	for (let i = 0; i < n && !call.cancelled; i++) {
		const b = bytes[next++ % bytes.length];
		log({sent: next, bytes: b.length,
			sha256: crypto.createHash('sha256').update(b).digest('hex')});
		if (!call.write(b))
			await Promise.race([call.gone,
				new Promise(r => { call.drained = r; })]);
	}
}

const steps = {
	send: (call, n) => send(call, n === 'all' ? bytes.length : +n),
	pause: (call, seconds) => later(+seconds),
	headers: call => call.sendMetadata(new grpc.Metadata()),
	hold: call => call.gone,
	ok: call => call.end(),
	status: (call, name) => call.emit('error',
		{code: grpc.status[name], details: 'said the script'}),
	goaway: (call, code) => code ? session.goaway(+code) : session.close(),
	reset: (call, code) => stream2.close(+code),
	drop: () => session.destroy(),
	refuse: () => server2.close(),
};

async function getEvents(call) {
	const script = opt.stream[Math.min(calls++, opt.stream.length - 1)];
	log({request: call.request});
	call.gone = new Promise(r => call.once('cancelled', r));
	call.gone.then(() => log({cancelled: true}));
	call.drained = () => {};
	call.on('drain', () => call.drained());
	for (const step of script.split(' ')) {
		const [name, value] = step.split(':');
		if (name !== 'send')
			log({step, after: next});
		await steps[name](call, value);
	}
}

const root = path.join(__dirname, '..', '..', 'proto');
const service = {...loader.loadSync(path.join(root, 'tetragon', 'sensors.proto'),
	{includeDirs: [root], keepCase: true, longs: String, enums: String})[
	'tetragon.FineGuidanceSensors']};
service.GetEvents = {...service.GetEvents, responseSerialize: b => b};

const server = new grpc.Server({'grpc.max_send_message_length': -1});
server.addService(service, {getEvents});
server.bindAsync(opt.listen, grpc.ServerCredentials.createInsecure(), (err, port) => {
	if (err)
		throw err;
	const ready = p => console.log('ready ' + (opt.listen.startsWith('unix:')
		? opt.listen : '127.0.0.1:' + p));
	if (!opt.cut)
		return ready(port);
	const [n, k] = opt.cut.split(':').map(Number);
	cutter.listen({port, host: '127.0.0.1'}, n, k, ready);
});
