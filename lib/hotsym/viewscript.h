/* SPDX-License-Identifier: Apache-2.0 */
/*
 * viewscript.h - the style and the script inside of a flame graph. The script
 * touches text by textContent and numbers only, so a name stays a name.
 */
#ifndef RT_VIEWSCRIPT_H
#define RT_VIEWSCRIPT_H

extern const char viewscript_style[];
extern const char viewscript_code[];

#endif
