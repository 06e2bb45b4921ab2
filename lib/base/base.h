/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base.h - the vocabulary that every file shares: views and small macros.
 */
#ifndef RT_BASE_H
#define RT_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Around the declarations of headers that the C++ files include, too. */
#ifdef __cplusplus
#define C_DECLS_BEGIN extern "C" {
#define C_DECLS_END }
#else
#define C_DECLS_BEGIN
#define C_DECLS_END
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define KIB ((size_t)1024)
#define MIB (KIB * KIB)

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NORETURN __attribute__((noreturn))
#define MUST_CHECK __attribute__((warn_unused_result))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * A borrowed run of bytes: not NUL-terminated, may hold NULs, never owned.
 * An empty view may have p == NULL.
 */
typedef struct sv {
	const char *p;
	size_t n;
} sv;

#define SV(lit) ((sv){"" lit, sizeof(lit) - 1})
#define SV_NULL ((sv){NULL, 0})
/* For printf's "%.*s". */
#define SV_ARG(s) (int)MIN((s).n, (size_t)INT32_MAX), (s).n ? (s).p : ""

static inline sv sv_str(const char *s)
{
	return (sv){s, s ? strlen(s) : 0};
}

static inline bool sv_eq(sv a, sv b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool sv_starts(sv s, sv prefix)
{
	return s.n >= prefix.n &&
	       (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool sv_ends(sv s, sv suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 ||
		memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

static inline bool sv_eq_nocase(sv a, sv b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

static inline bool sv_starts_nocase(sv s, sv prefix)
{
	return s.n >= prefix.n && sv_eq_nocase((sv){s.p, prefix.n}, prefix);
}

static inline bool sv_ends_nocase(sv s, sv suffix)
{
	return s.n >= suffix.n &&
	       sv_eq_nocase((sv){s.p + s.n - suffix.n, suffix.n}, suffix);
}

/* Is s one of n views? */
static inline bool sv_in(sv s, const sv *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_eq(s, list[i]))
			return true;
	return false;
}

static inline bool sv_in_nocase(sv s, const sv *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sv_eq_nocase(s, list[i]))
			return true;
	return false;
}

/* The last part of a path. */
static inline sv sv_basename(sv path)
{
	const char *q = path.n ? (const char *)memrchr(path.p, '/', path.n)
			       : NULL;

	return q ? (sv){q + 1, path.n - (size_t)(q + 1 - path.p)} : path;
}

/* The byte behind the view; NULL for an empty view of nothing. */
static inline const char *sv_end(sv s)
{
	return s.n ? s.p + s.n : s.p;
}

/* The part from byte i on; i is clamped to the length. */
static inline sv sv_from(sv s, size_t i)
{
	i = MIN(i, s.n);
	return (sv){s.n ? s.p + i : s.p, s.n - i};
}

static inline sv sv_first(sv s, size_t n)
{
	return (sv){s.p, MIN(n, s.n)};
}

/* Index of the first or last c, or SIZE_MAX. */
static inline size_t sv_find(sv s, char c)
{
	const char *q =
		s.n ? (const char *)memchr(s.p, c, s.n) : NULL;
	return q ? (size_t)(q - s.p) : SIZE_MAX;
}

static inline size_t sv_rfind(sv s, char c)
{
	const char *q =
		s.n ? (const char *)memrchr(s.p, c, s.n) : NULL;
	return q ? (size_t)(q - s.p) : SIZE_MAX;
}

/* Bytewise order, shorter first on a common prefix: <0, 0, >0. */
static inline int sv_cmp(sv a, sv b)
{
	size_t n = MIN(a.n, b.n);
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

/*
 * What went wrong in a library call: a constant message and where. Library
 * code fills it and returns; only cmd/ and lib/pipe decide what to print.
 */
struct rt_err {
	size_t pos;	 /* byte offset in what was parsed */
	int sys_errno;	 /* errno, or 0 */
	const char *msg; /* constant, lower case, no full stop */
};

#endif
