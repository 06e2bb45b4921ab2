// SPDX-License-Identifier: Apache-2.0
// A wire in front of an HTTP/2 server that is cut inside of a DATA frame: of
// message N, K bytes arrive (its five bytes of gRPC framing count), although
// the frame's head announced all of it. Later connections are let through.
'use strict';
const net = require('net');

const HEAD = 9, DATA = 0, GRPC_HEAD = 5;

// counter(n, k): how many bytes of a DATA payload may pass, or -1 for all
function counter(n, k) {
	let message = 1, at = 0, head = Buffer.alloc(GRPC_HEAD);
	return payload => {
		for (let i = 0; i < payload.length; i++) {
			if (message === n && at === k)
				return i;
			if (at < GRPC_HEAD)
				head[at] = payload[i];
			at++;
			if (at >= GRPC_HEAD && at === GRPC_HEAD + head.readUInt32BE(1)) {
				message++;
				at = 0;
			}
		}
		return -1;
	};
}

function framesThrough(client, n, k) {
	const pass = counter(n, k);
	let held = Buffer.alloc(0);
	return chunk => {
		held = Buffer.concat([held, chunk]);
		while (held.length >= HEAD) {
			const size = HEAD + held.readUIntBE(0, 3);
			if (held.length < size)
				return false;
			const stop = held[3] === DATA ? pass(held.subarray(HEAD, size)) : -1;
			client.write(held.subarray(0, stop < 0 ? size : HEAD + stop));
			held = held.subarray(size);
			if (stop >= 0)
				return true;
		}
		return false;
	};
}

// listen(target, n, k, ready): target as net.connect takes it; ready(port)
function listen(target, n, k, ready) {
	let whole = false;
	const server = net.createServer(client => {
		const up = net.connect(target);
		const frames = whole ? null : framesThrough(client, n, k);
		client.pipe(up);
		up.on('data', d => {
			if (!frames)
				return client.write(d);
			if (frames(d)) {
				whole = true;
				client.end(() => client.destroy());
				up.destroy();
			}
		});
		for (const s of [client, up])
			s.on('error', () => {});
		client.on('close', () => up.destroy());
		up.on('close', () => client.end());
	});
	server.listen(0, '127.0.0.1', () => ready(server.address().port));
}

module.exports = {listen};
