/* SPDX-License-Identifier: Apache-2.0 */
/*
 * langpath.h - packages of languages by where their files lie:
 *
 *	.../node_modules/[@SCOPE/]NAME/...	package.json there
 *	.../gems/NAME-VERSION[-PLATFORM]/...	specifications/....gemspec
 *	.../extensions/PLATFORM/RUBY/NAME-VERSION/...	the same
 *	.../X.jar		META-INF/maven/.../pom.properties in it
 *
 * The innermost folder counts, so a package inside of another one's
 * node_modules, and pnpm's tree of links, come out right.
 */
#ifndef RT_LANGPATH_H
#define RT_LANGPATH_H

#include "base/base.h"
#include "base/buf.h"

/*
 * Appends the purl of a file, whose links were followed. The source: "node",
 * "gem", "java"; NULL: no such place, or nothing there says what it is.
 */
const char *langpath_purl(int root, sv path, struct buf *out);

#endif
