/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jarpom.h - the Maven coordinates of a jar: groupId, artifactId and version in
 * META-INF/maven/GROUP/ARTIFACT/pom.properties. A jar is a zip file (PKWARE's
 * APPNOTE): a record at its end says where the directory is, each entry of the
 * directory where a file begins.
 */
#ifndef RT_JARPOM_H
#define RT_JARPOM_H

#include "base/base.h"
#include "base/buf.h"

#define JARPOM_MAX_DIRECTORY (16 * MIB)
#define JARPOM_MAX_POM (64 * KIB)
#define JARPOM_MAX_POMS 4096 /* in one jar */

/*
 * Appends the purl. name: of the file without folders; where several poms were
 * packed into one jar, the one that the name tells. False: none, or not
 * decidable. The descriptor stays the caller's.
 */
bool jarpom_purl(int fd, sv name, struct buf *out);

#endif
