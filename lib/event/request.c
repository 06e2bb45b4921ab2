/* SPDX-License-Identifier: Apache-2.0 */
#include "event/request.h"

#include "event/record.h"
#include "tetragon/events.pb-c.h"

const struct schema_msg *request_filter(void)
{
	return schema_of(&tetragon__filter__descriptor);
}

const struct schema_msg *request_response(void)
{
	return record_field(RECORD_TETRAGON)->msg;
}
