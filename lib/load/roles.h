/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roles.h - who may do what in schema `signals`: signals_owner has it,
 * signals_loader adds to it and takes nothing away, signals_reader reads.
 * None of them can log in; people and programs are made members.
 */
#ifndef RT_ROLES_H
#define RT_ROLES_H

#include "base/base.h"
#include "load/dbconn.h"

/*
 * Makes the roles that are missing and says what they may, again where it was
 * said before. *made: false where the user may not make roles: nothing was
 * changed.
 */
enum dbconn_status roles_make(struct dbconn *db, bool *made);

#endif
