/* SPDX-License-Identifier: Apache-2.0 */
#include "tap/agent.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/log.h>
#include <stdio.h>

#include "base/mem.h"

#define SERVICE "/tetragon.FineGuidanceSensors/"
#define WHY_SIZE 512
#define READ_CHUNK (256 * 1024)
#define PING_TIMEOUT_MS 20000
#define WAITS_A_LOOK 64
/* How long a cancelled call may take to say so. */
#define SETTLE_MS 2000

/* Tags of the completion queue. */
enum { TAG_SEND = 1, TAG_MESSAGE, TAG_STATUS, TAG_CALL };

struct agent {
	struct agent_opts o;
	grpc_channel *channel;
	grpc_completion_queue *cq;
	grpc_call *call; /* the stream */
	int pending;	 /* batches whose tag has not come */
	grpc_metadata_array initial, trailing;
	grpc_status_code code;
	grpc_slice details;
	grpc_byte_buffer *message;
	bool reading; /* a receive is under way */
	gpr_timespec until;
	unsigned int waits; /* since `until` was set */
	/* The message given out last. */
	grpc_byte_buffer *given;
	sv *parts;
	size_t cap_parts;
	grpc_slice joined;
	bool has_joined;
	char why[WHY_SIZE];
};

/* --- the channel --------------------------------------------------------- */

static grpc_channel_credentials *unverified(const struct tls_pem *pem)
{
	grpc_tls_credentials_options *o = grpc_tls_credentials_options_create();
	grpc_tls_certificate_verifier *v =
		grpc_tls_certificate_verifier_no_op_create();

	if (pem->cert) {
		grpc_tls_identity_pairs *pair =
			grpc_tls_identity_pairs_create();
		grpc_tls_certificate_provider *p;

		grpc_tls_identity_pairs_add_pair(pair, pem->key, pem->cert);
		p = grpc_tls_certificate_provider_static_data_create(NULL,
								     pair);
		grpc_tls_credentials_options_set_certificate_provider(o, p);
		grpc_tls_credentials_options_watch_identity_key_cert_pairs(o);
		grpc_tls_certificate_provider_release(p);
	}
	grpc_tls_credentials_options_set_verify_server_cert(o, 0);
	grpc_tls_credentials_options_set_check_call_host(o, 0);
	grpc_tls_credentials_options_set_certificate_verifier(o, v);
	grpc_tls_certificate_verifier_release(v);
	return grpc_tls_credentials_create(o);
}

static grpc_channel_credentials *credentials(const struct agent_opts *o)
{
	grpc_ssl_pem_key_cert_pair pair;

	if (!o->tls)
		return grpc_insecure_credentials_create();
	if (o->skip_verify)
		return unverified(o->tls);
	pair.private_key = o->tls->key;
	pair.cert_chain = o->tls->cert;
	return grpc_ssl_credentials_create_ex(
		o->tls->ca, o->tls->cert ? &pair : NULL, NULL, NULL);
}

static grpc_arg int_arg(const char *key, int value)
{
	return (grpc_arg){.type = GRPC_ARG_INTEGER,
			  .key = (char *)(uintptr_t)key,
			  .value.integer = value};
}

/*
 * A host that is gone says nothing, and neither does a quiet agent: only a
 * ping tells them apart. We send no data, so pings without it must be allowed.
 */
static size_t keepalive(const struct agent_opts *o, grpc_arg *args)
{
	uint64_t every = o->keepalive_ms ? o->keepalive_ms : INT32_MAX;

	args[0] = int_arg(GRPC_ARG_KEEPALIVE_TIME_MS,
			  (int)MIN(every, (uint64_t)INT32_MAX));
	args[1] = int_arg(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
			  (int)MIN(every, (uint64_t)PING_TIMEOUT_MS));
	args[2] = int_arg(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
	return 3;
}

static grpc_channel *open_channel(const struct agent_opts *o)
{
	grpc_arg args[12];
	grpc_channel_args list = {.args = args};
	grpc_channel_credentials *c = credentials(o);
	grpc_channel *ch;

	args[list.num_args++] = int_arg(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
					(int)MIN(o->max_recv, (uint64_t)INT32_MAX));
	/* Each connection anew, with no memory of how the last one failed. */
	args[list.num_args++] =
		int_arg(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
	args[list.num_args++] = int_arg(GRPC_ARG_ENABLE_RETRIES, 0);
	/* Books that nobody reads cost a tenth of the time. */
	args[list.num_args++] = int_arg(GRPC_ARG_ENABLE_CENSUS, 0);
	args[list.num_args++] = int_arg(GRPC_ARG_ENABLE_CHANNELZ, 0);
	args[list.num_args++] = int_arg(GRPC_ARG_TCP_READ_CHUNK_SIZE,
					READ_CHUNK);
	list.num_args += keepalive(o, args + list.num_args);
	if (o->tls && o->server_name)
		args[list.num_args++] = (grpc_arg){
			.type = GRPC_ARG_STRING,
			.key = (char *)(uintptr_t)
				GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
			.value.string = (char *)(uintptr_t)o->server_name};
	ch = grpc_channel_create(o->address, c, &list);
	grpc_channel_credentials_release(c);
	return ch;
}

/* What the library logs would stand between our own diagnostics. */
static void no_log(gpr_log_func_args *args)
{
	(void)args;
}

struct agent *agent_new(const struct agent_opts *o)
{
	struct agent *a = mem_zalloc(sizeof(*a));

	gpr_set_log_function(no_log);
	grpc_init();
	a->o = *o;
	a->channel = open_channel(o);
	a->cq = grpc_completion_queue_create_for_next(NULL);
	grpc_metadata_array_init(&a->initial);
	grpc_metadata_array_init(&a->trailing);
	a->details = grpc_empty_slice();
	return a;
}

static void forget_given(struct agent *a)
{
	if (a->has_joined)
		grpc_slice_unref(a->joined);
	a->has_joined = false;
	if (a->given)
		grpc_byte_buffer_destroy(a->given);
	a->given = NULL;
}

static gpr_timespec in_ms(uint64_t ms)
{
	return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
			    gpr_time_from_millis((int64_t)ms, GPR_TIMESPAN));
}

/* Ends the stream, waiting for what is still under way. */
static void end_call(struct agent *a)
{
	if (!a->call)
		return;
	grpc_call_cancel(a->call, NULL);
	while (a->pending > 0) {
		grpc_event ev = grpc_completion_queue_next(
			a->cq, in_ms(SETTLE_MS), NULL);

		if (ev.type != GRPC_OP_COMPLETE)
			break;
		a->pending--;
	}
	if (a->message)
		grpc_byte_buffer_destroy(a->message);
	a->message = NULL;
	grpc_call_unref(a->call);
	a->call = NULL;
}

void agent_free(struct agent *a)
{
	if (!a)
		return;
	end_call(a);
	forget_given(a);
	grpc_channel_destroy(a->channel);
	grpc_completion_queue_shutdown(a->cq);
	while (grpc_completion_queue_next(a->cq, in_ms(SETTLE_MS), NULL).type ==
	       GRPC_OP_COMPLETE)
		;
	grpc_completion_queue_destroy(a->cq);
	grpc_metadata_array_destroy(&a->initial);
	grpc_metadata_array_destroy(&a->trailing);
	grpc_slice_unref(a->details);
	mem_free(a->parts);
	mem_free(a);
	grpc_shutdown_blocking();
}

/* --- endings ------------------------------------------------------------- */

const char *agent_why(const struct agent *a)
{
	return a->why;
}

static const char *code_name(grpc_status_code c)
{
	static const char *const names[] = {
		"OK",		  "CANCELLED",		"UNKNOWN",
		"INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
		"ALREADY_EXISTS", "PERMISSION_DENIED",	"RESOURCE_EXHAUSTED",
		"FAILED_PRECONDITION", "ABORTED",	"OUT_OF_RANGE",
		"UNIMPLEMENTED",  "INTERNAL",		"UNAVAILABLE",
		"DATA_LOSS",	  "UNAUTHENTICATED"};

	return (size_t)c < ARRAY_LEN(names) ? names[c] : "status";
}

/* Keeps the words; says what they mean for us. */
static enum agent_status judge(struct agent *a)
{
	snprintf(a->why, sizeof(a->why), "%s: %.*s", code_name(a->code),
		 (int)MIN(GRPC_SLICE_LENGTH(a->details), (size_t)400),
		 (const char *)GRPC_SLICE_START_PTR(a->details));
	switch (a->code) {
	case GRPC_STATUS_OK:
		return AGENT_END;
	case GRPC_STATUS_UNIMPLEMENTED:
		return AGENT_MISSING;
	case GRPC_STATUS_INVALID_ARGUMENT:
	case GRPC_STATUS_PERMISSION_DENIED:
	case GRPC_STATUS_UNAUTHENTICATED:
	case GRPC_STATUS_FAILED_PRECONDITION:
		return AGENT_REFUSED;
	default:
		return AGENT_LOST;
	}
}

/* --- calls --------------------------------------------------------------- */

static grpc_byte_buffer *pack(sv request)
{
	grpc_slice s = grpc_slice_from_copied_buffer(request.p, request.n);
	grpc_byte_buffer *b = grpc_raw_byte_buffer_create(&s, 1);

	grpc_slice_unref(s);
	return b;
}

static grpc_call *new_call(struct agent *a, const char *method,
			   gpr_timespec until)
{
	char path[128];
	grpc_slice s;
	grpc_call *c;

	snprintf(path, sizeof(path), SERVICE "%s", method);
	s = grpc_slice_from_copied_string(path);
	c = grpc_channel_create_call(a->channel, NULL,
				     GRPC_PROPAGATE_DEFAULTS, a->cq, s, NULL,
				     until, NULL);
	grpc_slice_unref(s);
	return c;
}

/* The three operations that send a request. */
static size_t sending(grpc_op *ops, grpc_byte_buffer *request)
{
	memset(ops, 0, 3 * sizeof(*ops));
	ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
	ops[1].op = GRPC_OP_SEND_MESSAGE;
	ops[1].data.send_message.send_message = request;
	ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
	return 3;
}

static void receiving_status(struct agent *a, grpc_op *op)
{
	*op = (grpc_op){.op = GRPC_OP_RECV_STATUS_ON_CLIENT};
	op->data.recv_status_on_client.trailing_metadata = &a->trailing;
	op->data.recv_status_on_client.status = &a->code;
	grpc_slice_unref(a->details);
	a->details = grpc_empty_slice();
	op->data.recv_status_on_client.status_details = &a->details;
}

static void receiving_message(struct agent *a, grpc_op *op)
{
	*op = (grpc_op){.op = GRPC_OP_RECV_MESSAGE};
	op->data.recv_message.recv_message = &a->message;
}

static void receiving_metadata(struct agent *a, grpc_op *op)
{
	*op = (grpc_op){.op = GRPC_OP_RECV_INITIAL_METADATA};
	op->data.recv_initial_metadata.recv_initial_metadata = &a->initial;
}

static void start(struct agent *a, grpc_call *c, const grpc_op *ops, size_t n,
		  intptr_t tag)
{
	if (grpc_call_start_batch(c, ops, n, (void *)tag, NULL) ==
	    GRPC_CALL_OK)
		a->pending++;
}

static void copy_message(grpc_byte_buffer *m, struct buf *out)
{
	grpc_byte_buffer_reader r;
	grpc_slice s;

	out->n = 0;
	if (!m || !grpc_byte_buffer_reader_init(&r, m))
		return;
	while (grpc_byte_buffer_reader_next(&r, &s)) {
		buf_add(out, GRPC_SLICE_START_PTR(s), GRPC_SLICE_LENGTH(s));
		grpc_slice_unref(s);
	}
	grpc_byte_buffer_reader_destroy(&r);
}

/* False when somebody wants us to stop. */
static bool await_call(struct agent *a, grpc_call *c)
{
	bool stopped = false;

	while (a->pending > 0) {
		grpc_event ev = grpc_completion_queue_next(a->cq, in_ms(100),
							   NULL);

		if (ev.type == GRPC_OP_COMPLETE) {
			a->pending--;
		} else if (*a->o.stop && !stopped) {
			grpc_call_cancel(c, NULL);
			stopped = true;
		}
	}
	return !stopped;
}

enum agent_status agent_call(struct agent *a, const char *method, sv request,
			     struct buf *reply)
{
	grpc_call *c = new_call(a, method, in_ms(a->o.timeout_ms));
	grpc_byte_buffer *out = pack(request);
	enum agent_status st;
	grpc_op ops[6];
	size_t n = sending(ops, out);

	receiving_metadata(a, &ops[n++]);
	receiving_message(a, &ops[n++]);
	receiving_status(a, &ops[n++]);
	start(a, c, ops, n, TAG_CALL);
	st = await_call(a, c) ? judge(a) : AGENT_STOPPED;
	copy_message(a->message, reply);
	if (a->message)
		grpc_byte_buffer_destroy(a->message);
	a->message = NULL;
	grpc_byte_buffer_destroy(out);
	grpc_call_unref(c);
	return st == AGENT_END ? AGENT_OK : st;
}

/* --- the stream ---------------------------------------------------------- */

enum agent_status agent_subscribe(struct agent *a, sv request)
{
	grpc_byte_buffer *out = pack(request);
	grpc_op ops[6];
	size_t n;

	a->call = new_call(a, "GetEvents", gpr_inf_future(GPR_CLOCK_MONOTONIC));
	receiving_status(a, ops);
	start(a, a->call, ops, 1, TAG_STATUS);
	n = sending(ops, out);
	receiving_metadata(a, &ops[n++]);
	start(a, a->call, ops, n, TAG_SEND);
	grpc_byte_buffer_destroy(out);
	return AGENT_OK;
}

/* More slices than anybody wants to count: in one piece. */
static void join(struct agent *a, grpc_byte_buffer_reader *r)
{
	a->joined = grpc_byte_buffer_reader_readall(r);
	a->has_joined = true;
	a->parts[0] = (sv){(const char *)GRPC_SLICE_START_PTR(a->joined),
			   GRPC_SLICE_LENGTH(a->joined)};
}

/* Views of the message that has come. */
static size_t give(struct agent *a, const sv **parts)
{
	grpc_byte_buffer_reader r;
	grpc_slice *s;
	size_t n = 0;

	a->given = a->message;
	a->message = NULL;
	if (!a->parts)
		a->parts = mem_alloc((a->cap_parts = 64) * sizeof(*a->parts));
	*parts = a->parts;
	if (!grpc_byte_buffer_reader_init(&r, a->given))
		return 0;
	if (grpc_byte_buffer_length(a->given) == 0) {
		a->parts[0] = SV("");
		n = 1;
	}
	while (!n || n < a->cap_parts) {
		if (!grpc_byte_buffer_reader_peek(&r, &s))
			break;
		a->parts[n++] = (sv){(const char *)GRPC_SLICE_START_PTR(*s),
				     GRPC_SLICE_LENGTH(*s)};
	}
	if (n == a->cap_parts || !n) {
		grpc_byte_buffer_reader_destroy(&r);
		if (!grpc_byte_buffer_reader_init(&r, a->given))
			return 0;
		join(a, &r);
		n = 1;
	}
	grpc_byte_buffer_reader_destroy(&r);
	return n;
}

/* A look at the clock for each message is more than the answer is worth. */
static gpr_timespec wait_until(struct agent *a, int wait_ms)
{
	if (a->waits++ % WAITS_A_LOOK == 0)
		a->until = in_ms((uint64_t)wait_ms);
	return a->until;
}

static void read_on(struct agent *a)
{
	grpc_op op;

	receiving_message(a, &op);
	start(a, a->call, &op, 1, TAG_MESSAGE);
	a->reading = true;
}

enum agent_status agent_next(struct agent *a, int wait_ms, const sv **parts,
			     size_t *n)
{
	gpr_timespec until = wait_until(a, wait_ms);

	*n = 0;
	forget_given(a);
	if (!a->reading)
		read_on(a);
	for (;;) {
		grpc_event ev = grpc_completion_queue_next(a->cq, until, NULL);

		if (ev.type != GRPC_OP_COMPLETE) {
			a->waits = 0;
			return AGENT_OK;
		}
		a->pending--;
		if ((intptr_t)ev.tag == TAG_MESSAGE) {
			a->reading = false;
			if (a->message) {
				*n = give(a, parts);
				return AGENT_OK;
			}
		}
		/* No message: the status is here or under way. */
		if (a->pending == 0)
			return judge(a);
	}
}
