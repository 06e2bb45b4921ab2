/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent-load ADDRESS COUNT SIZE - a gRPC server (C core) that sends each
 * client COUNT events of SIZE bytes as fast as flow control lets it. Events
 * are numbered (node_name) so that order and number can be checked. Prints
 * "ready", and for each stream how many events it handed over and the CPU time
 * that took.
 */
#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "codec/pbwire.h"

static grpc_completion_queue *cq;
static struct buf event;
static size_t number_at; /* where the ten digits stand in it */

/* tetragon.GetEventsResponse with a process_exit of the wanted size. */
static void make_event(size_t size)
{
	struct buf pad = {0};
	size_t exit, process;

	while (pad.n + 60 < size)
		buf_ch(&pad, 'x');
	exit = pb_open(&event, 5, 2);
	process = pb_open(&event, 1, 2);
	pb_put_string(&event, 5, SV("/usr/bin/load"));
	pb_put_string(&event, 6, buf_view(&pad));
	pb_close(&event, process, 2);
	pb_close(&event, exit, 2);
	pb_put_string(&event, 1000, SV("n0000000000"));
	number_at = event.n - 10;
	pb_put_timestamp(&event, 1001, 1700000000, 0);
	buf_release(&pad);
}

static bool next_done(void)
{
	return grpc_completion_queue_next(
		       cq, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL)
		       .success;
}

static bool run(grpc_call *c, const grpc_op *ops, size_t n)
{
	return grpc_call_start_batch(c, ops, n, NULL, NULL) == GRPC_CALL_OK &&
	       next_done();
}

static bool send_bytes(grpc_call *c, sv bytes, uint32_t flags)
{
	grpc_slice s = grpc_slice_from_copied_buffer(bytes.p, bytes.n);
	grpc_byte_buffer *b = grpc_raw_byte_buffer_create(&s, 1);
	grpc_op op = {.op = GRPC_OP_SEND_MESSAGE, .flags = flags};
	bool ok;

	op.data.send_message.send_message = b;
	ok = run(c, &op, 1);
	grpc_byte_buffer_destroy(b);
	grpc_slice_unref(s);
	return ok;
}

static long send_events(grpc_call *c, long count)
{
	long i;

	for (i = 0; i < count; i++) {
		char digits[24];

		snprintf(digits, sizeof(digits), "%010ld", i);
		memcpy(event.p + number_at, digits, 10);
		if (!send_bytes(c, buf_view(&event), GRPC_WRITE_BUFFER_HINT))
			break;
	}
	return i;
}

static void finish(grpc_call *c)
{
	grpc_op op = {.op = GRPC_OP_SEND_STATUS_FROM_SERVER};

	op.data.send_status_from_server.status = GRPC_STATUS_OK;
	run(c, &op, 1);
}

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void serve(grpc_call *c, sv method, long count)
{
	grpc_byte_buffer *request = NULL;
	grpc_op ops[2] = {{.op = GRPC_OP_SEND_INITIAL_METADATA},
			  {.op = GRPC_OP_RECV_MESSAGE}};
	double before = cpu();

	ops[1].data.recv_message.recv_message = &request;
	run(c, ops, 2);
	if (request)
		grpc_byte_buffer_destroy(request);
	if (sv_eq(method, SV("/tetragon.FineGuidanceSensors/GetEvents"))) {
		long n = send_events(c, count);

		finish(c);
		printf("sent %ld cpu %.2f\n", n, cpu() - before);
		fflush(stdout);
	} else {
		send_bytes(c, SV(""), 0);
		finish(c);
	}
	grpc_call_unref(c);
}

int main(int argc, char **argv)
{
	grpc_server_credentials *plain;
	grpc_server *server;

	if (argc != 4) {
		fprintf(stderr, "usage: agent-load ADDRESS COUNT SIZE\n");
		return 2;
	}
	make_event((size_t)atol(argv[3]));
	grpc_init();
	cq = grpc_completion_queue_create_for_next(NULL);
	server = grpc_server_create(NULL, NULL);
	grpc_server_register_completion_queue(server, cq, NULL);
	plain = grpc_insecure_server_credentials_create();
	if (!grpc_server_add_http2_port(server, argv[1], plain)) {
		fprintf(stderr, "agent-load: cannot listen at %s\n", argv[1]);
		return 3;
	}
	grpc_server_start(server);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		grpc_call_details d;
		grpc_metadata_array md;
		grpc_call *c;

		grpc_call_details_init(&d);
		grpc_metadata_array_init(&md);
		if (grpc_server_request_call(server, &c, &d, &md, cq, cq,
					     NULL) != GRPC_CALL_OK ||
		    !next_done())
			return 3;
		serve(c,
		      (sv){(const char *)GRPC_SLICE_START_PTR(d.method),
			   GRPC_SLICE_LENGTH(d.method)},
		      atol(argv[2]));
		grpc_call_details_destroy(&d);
		grpc_metadata_array_destroy(&md);
	}
}
