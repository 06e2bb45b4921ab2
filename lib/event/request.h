/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - types of tetragon.GetEventsRequest for the JSON reader and for
 * walks by name.
 */
#ifndef RT_REQUEST_H
#define RT_REQUEST_H

#include "codec/schema.h"

/* Field numbers. */
enum {
	REQUEST_ALLOW = 1,
	REQUEST_DENY = 2,
	REQUEST_FIELDS = 4,
	FILTER_BINARY = 1,
	FILTER_NAMESPACE = 2,
	FILTER_HEALTH_CHECK = 3,
	FILTER_PID = 4,
	FILTER_PID_SET = 5,
	FILTER_EVENT_SET = 6,
	FILTER_POD = 7,
	FILTER_ARGUMENTS = 8,
	FILTER_LABELS = 9,
	FILTER_POLICIES = 10,
	FILTER_CAPABILITIES = 11,
	FILTER_PARENT_BINARY = 12,
	FILTER_CEL = 13,
	FILTER_PARENT_ARGUMENTS = 14,
	FILTER_CONTAINER_ID = 15,
	FILTER_IN_INIT_TREE = 16,
	FILTER_ANCESTOR_BINARY = 17,
	FILTER_CONTAINER_NAME = 18,
	FILTER_NAMESPACE_REGEX = 19,
	FIELDS_EVENT_SET = 1,
	FIELDS_MASK = 2,
	FIELDS_ACTION = 3,
	FIELDS_INVERT = 4,
};

const struct schema_msg *request_filter(void); /* tetragon.Filter */
/* tetragon.GetEventsResponse, whose oneof holds the event types. */
const struct schema_msg *request_response(void);

#endif
