/* SPDX-License-Identifier: Apache-2.0 */
#include "text/regex.h"

#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include <re2/filtered_re2.h>
#include <re2/re2.h>
#include <re2/set.h>

struct regex {
	RE2 re;
	regex(const std::string &p, const RE2::Options &o) : re(p, o)
	{
	}
};

struct regex_set {
	RE2::Set set;
	std::vector<int> found;
	RE2::Options opts;
	explicit regex_set(const RE2::Options &o)
	    : set(o, RE2::UNANCHORED), opts(o)
	{
	}
};

static constexpr int max_spans = 16;

static RE2::Options options(const struct regex_opts *o)
{
	RE2::Options r;

	r.set_log_errors(false);
	if (!o)
		return r;
	r.set_case_sensitive(!o->icase);
	r.set_never_nl(o->never_nl);
	if (o->latin1)
		r.set_encoding(RE2::Options::EncodingLatin1);
	if (o->max_mem > 0)
		r.set_max_mem(o->max_mem);
	return r;
}

// Go's dialect in RE2's spelling. False: a construct that Go refuses, at
// *pos.
static bool from_go(sv in, std::string *out, size_t *pos)
{
	bool in_class = false, quoted = false;

	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i], d = i + 1 < in.n ? in.p[i + 1] : '\0';

		out->push_back(c);
		if (c == '\\' && i + 1 < in.n) {
			if (!quoted && d == 'C') {
				*pos = i;
				return false;
			}
			quoted = d == 'Q' || (quoted && d != 'E');
			out->push_back(d);
			i++;
		} else if (quoted) {
			continue;
		} else if (in_class) {
			in_class = c != ']';
		} else if (c == '[') {
			in_class = true;
			// A ] right behind [ or [^ is itself.
			if (d == '^')
				out->push_back(in.p[++i]);
			if (i + 1 < in.n && in.p[i + 1] == ']')
				out->push_back(in.p[++i]);
		} else if (c == '(' && d == '?' && i + 3 < in.n &&
			   in.p[i + 2] == '<' && in.p[i + 3] != '=' &&
			   in.p[i + 3] != '!') {
			out->append("?P");
			i++;
		}
	}
	return true;
}

static void fail(struct regex_err *err, size_t pos, const std::string &msg)
{
	if (!err)
		return;
	err->pos = pos;
	snprintf(err->msg, sizeof(err->msg), "%s", msg.c_str());
}

static bool spelling(sv pattern, std::string *out, struct regex_err *err)
{
	size_t pos = 0;

	if (from_go(pattern, out, &pos))
		return true;
	fail(err, pos, "invalid escape sequence: \\C");
	return false;
}

static void fail_re2(struct regex_err *err, const RE2 &re, sv pattern)
{
	const std::string &arg = re.error_arg();
	size_t at =
		std::string(pattern.p ? pattern.p : "", pattern.n).find(arg);

	if (arg.empty() || at == std::string::npos)
		at = arg.empty() ? pattern.n : 0;
	fail(err, at, re.error());
}

struct regex *regex_new(sv pattern, const struct regex_opts *o,
			struct regex_err *err)
{
	std::string p;
	struct regex *re;

	if (!spelling(pattern, &p, err))
		return nullptr;
	re = new regex(p, options(o));
	if (re->re.ok())
		return re;
	fail_re2(err, re->re, pattern);
	delete re;
	return nullptr;
}

static constexpr int shortest_literal = 3;

bool regex_literals(sv pattern, void (*each)(void *arg, sv literal), void *arg)
{
	re2::FilteredRE2 filter(shortest_literal);
	std::vector<std::string> literals;
	std::vector<int> passed;
	std::string p;
	int id;

	if (!spelling(pattern, &p, nullptr) ||
	    filter.Add(p, options(nullptr), &id) != RE2::NoError)
		return false;
	filter.Compile(&literals);
	// What passes without any literal has no need of one.
	filter.AllPotentials({}, &passed);
	if (literals.empty() || !passed.empty())
		return false;
	for (const std::string &l : literals)
		each(arg, {l.data(), l.size()});
	return true;
}

void regex_free(struct regex *re)
{
	delete re;
}

int regex_groups(const struct regex *re)
{
	return re->re.NumberOfCapturingGroups();
}

bool regex_match(const struct regex *re, sv text, size_t from,
		 struct regex_span *spans, int n)
{
	const char *base = text.p ? text.p : "";
	re2::StringPiece in(base, text.n), sub[max_spans];
	int have = regex_groups(re) + 1;
	int ask = n < have ? n : have;

	ask = ask < max_spans ? ask : max_spans;
	if (from > text.n ||
	    !re->re.Match(in, from, text.n, RE2::UNANCHORED, sub, ask))
		return false;
	for (int i = 0; i < n; i++) {
		bool set = i < ask && sub[i].data();
		size_t at = set ? (size_t)(sub[i].data() - base) : 0;

		spans[i] = {at, at + (set ? sub[i].size() : 0), set};
	}
	return true;
}

struct regex_set *regex_set_new(const struct regex_opts *o)
{
	return new regex_set(options(o));
}

void regex_set_free(struct regex_set *set)
{
	delete set;
}

int regex_set_add(struct regex_set *set, sv pattern, struct regex_err *err)
{
	std::string p, msg;
	int i;

	if (!spelling(pattern, &p, err))
		return -1;
	i = set->set.Add(p, &msg);
	if (i < 0)
		fail_re2(err, RE2(p, set->opts), pattern);
	return i;
}

bool regex_set_compile(struct regex_set *set)
{
	return set->set.Compile();
}

int regex_set_match(struct regex_set *set, sv text, int *ids, int cap)
{
	re2::StringPiece in(text.p ? text.p : "", text.n);
	RE2::Set::ErrorInfo info = {RE2::Set::kNoError};
	int n;

	set->found.clear();
	if (!set->set.Match(in, &set->found, &info))
		return info.kind == RE2::Set::kNoError ? 0 : -1;
	n = (int)set->found.size();
	for (int i = 0; i < n && i < cap; i++)
		ids[i] = set->found[(size_t)i];
	return n;
}
