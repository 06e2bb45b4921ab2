/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/rules.h"

#include <ctype.h>

#include "base/mem.h"
#include "secret/patterns.h"
#include "secret/policy.h"
#include "secret/prefilter.h"
#include "secret/value.h"
#include "text/base64.h"
#include "text/regex.h"

#define MAX_SPANS 13 /* the whole and twelve groups */
#define SET_FROM 3   /* candidates that make the set worth its pass */

struct rules {
	struct prefilter *filter;
	struct regex_set *set;
	struct regex **re;
	struct regex *cut;
	struct hits_rule *table;
	int *found; /* patterns_n of them */
	uint64_t text_only;
	int n;
	bool set_ok;
};

static const char *const code_names[] = {
	[RULES_OPTION] = "option",
	[RULES_ASSIGNMENT] = "assignment",
	[RULES_USERPASS] = "userpass",
	[RULES_URL] = "url-userinfo",
	[RULES_AUTHORIZATION] = "authorization",
	[RULES_COOKIE] = "cookie",
	[RULES_STDIN] = "stdin-secret",
	[RULES_ENV] = "env",
	[RULES_HOME] = "home",
	[RULES_CREDFILE] = "credential-file",
	[RULES_CUT] = "cut",
	[RULES_NESTING] = "nesting",
	[RULES_BYTES] = "binary",
	[RULES_UNSTABLE] = "unstable",
	[RULES_CARD] = "card",
	[RULES_MAIL] = "mail",
	[RULES_ADDRESS] = "address",
};

/* What must stand in a string for the rules that code decides. */
static const char *const group_literals[RULES_GROUPS] = {
	[RULES_GROUP_KEY] =
		"pass pwd secret token key auth cred cookie bearer psk "
		"signature sig= sig: sess _pw -pw .pw pw= pw: pw\" pw} pw) pw, "
		"sas jwt "
		"salt "
		"login -pin "
		"pin= otp licen "
		"senha mdp contrasena kennwort community pat= pat: pat\" "
		"motdepasse dsn= dsn: sonar.login honeycomb mnemonic phrase",
	[RULES_GROUP_URL] = "://",
	[RULES_GROUP_HOME] = "/home/ /users/", /* and a ~ */
	[RULES_GROUP_CREDFILE] =
		".ssh/ .aws/ .netrc .pgpass .docker/config .dockercfg "
		"kubeconfig .kube/ shadow .pem .key .p12 .pfx .jks .keystore "
		".ppk .kdbx .keytab .gpg id_rsa id_dsa id_ecdsa id_ed25519 "
		"/secrets/ credential .my.cnf .mylogin.cnf .vault-token "
		".npmrc .pypirc .gnupg/ gcloud/ service-account "
		"service_account serviceaccount htpasswd passwd- opasswd "
		"master.passwd ssl/private/ .azure/ .config/gh/ .git-cred "
		".s3cfg .boto .terraformrc .rclone rclone.conf secring "
		"wallet.dat client_secret secrets. kubelet kubernetes.io "
		"password-store ssh_host_ /kubernetes/ .htaccess",
	[RULES_GROUP_LOOK] =
		"--user \x1f/p: \x1f-p \x1f-k \x1f-t\x1f \x1f-s\x1f",
};

static void add_literals(struct rules *r, const char *list, int group)
{
	while (*list) {
		size_t n = strcspn(list, " ");
		char lit[64];

		for (size_t i = 0; i < n; i++)
			lit[i] = list[i] == '\x1f' ? ' ' : list[i];
		prefilter_add(r->filter, (sv){lit, n}, group);
		list += n + (list[n] == ' ');
	}
}

static const struct regex_opts bytes = {.latin1 = true};

/* Compiling all takes longer than a short stream: each when it is needed. */
static const struct regex *pattern_at(struct rules *r, size_t i)
{
	if (!r->re[i])
		r->re[i] = regex_new(sv_str(patterns[i].re), &bytes, NULL);
	return r->re[i];
}

static struct regex_set *set_of(struct rules *r)
{
	struct regex_opts o = {.latin1 = true, .max_mem = 16 * (int64_t)MIB};

	if (r->set)
		return r->set;
	r->set = regex_set_new(&o);
	for (size_t i = 0; i < patterns_n; i++)
		regex_set_add(r->set, sv_str(patterns[i].re), NULL);
	r->set_ok = regex_set_compile(r->set);
	return r->set;
}

static const struct regex *cut_of(struct rules *r)
{
	if (!r->cut)
		r->cut = regex_new(sv_str(patterns_cut), &bytes, NULL);
	return r->cut;
}

bool rules_compile(struct rules *r)
{
	for (size_t i = 0; i < patterns_n; i++)
		if (!pattern_at(r, i) || regex_groups(r->re[i]) >= MAX_SPANS)
			return false;
	set_of(r);
	return RULES_GROUPS + patterns_n <= 64 && r->set_ok && cut_of(r);
}

static void add_patterns(struct rules *r)
{
	for (size_t i = 0; i < patterns_n; i++) {
		const struct pattern *p = &patterns[i];

		add_literals(r, p->literals, RULES_GROUPS + (int)i);
		r->table[RULES_PATTERNS + i].name = p->name;
		if (p->text_only)
			r->text_only |= UINT64_C(1) << (RULES_GROUPS + i);
	}
}

int rules_policy(void)
{
	return RULES_PATTERNS + (int)patterns_n;
}

static void name_policy(struct rules *r, const struct policy *p)
{
	for (size_t i = 0; p && i < policy_rules(p); i++) {
		struct hits_rule *rule = &r->table[rules_policy() + (int)i];

		rule->name = policy_name(p, i);
		rule->how = policy_how(p, i);
	}
}

struct rules *rules_new(const struct policy *p)
{
	struct rules *r = mem_zalloc(sizeof(*r));

	r->n = rules_policy() + (p ? (int)policy_rules(p) : 0);
	r->table = mem_zalloc((size_t)r->n * sizeof(*r->table));
	r->re = mem_zalloc(patterns_n * sizeof(struct regex *));
	r->found = mem_zalloc(patterns_n * sizeof(*r->found));
	r->filter = prefilter_new();
	for (int i = 0; i < RULES_PATTERNS; i++)
		r->table[i].name = code_names[i];
	for (int i = 0; i < RULES_GROUPS; i++)
		add_literals(r, group_literals[i], i);
	add_patterns(r);
	prefilter_compile(r->filter);
	name_policy(r, p);
	return r;
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < patterns_n; i++)
		regex_free(r->re[i]);
	regex_free(r->cut);
	regex_set_free(r->set);
	prefilter_free(r->filter);
	mem_free(r->re);
	mem_free(r->found);
	mem_free(r->table);
	mem_free(r);
}

int rules_count(const struct rules *r)
{
	return r->n;
}

struct hits_rule *rules_table(struct rules *r)
{
	return r->table;
}

uint64_t rules_scan(const struct rules *r, sv text)
{
	return prefilter_scan(r->filter, text);
}

/* base64 that decodes to user:password. */
static bool is_basic(sv s)
{
	char out[1024];
	size_t n;

	if (s.n > 1024)
		return true;
	n = base64_decode(out, s);
	if (n == SIZE_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (iscntrl((unsigned char)out[i]))
			return false;
	return memchr(out, ':', n) != NULL;
}

static bool passes(enum patterns_check check, sv part)
{
	bool digit = false;

	for (size_t i = 0; i < part.n && check == PATTERNS_DIGIT; i++)
		digit |= isdigit((unsigned char)part.p[i]) != 0;
	switch (check) {
	case PATTERNS_PLAIN:
		return true;
	case PATTERNS_DIGIT:
		return digit;
	case PATTERNS_BASIC:
		return is_basic(part);
	}
	return true;
}

static void add_part(struct hits *h, sv text, const struct regex_span *s,
		     size_t i)
{
	sv part = {text.p + s->start, s->end - s->start};

	if (s->set && passes(patterns[i].check, part) &&
	    !value_placeholder(part, false))
		hits_add(h, part, RULES_PATTERNS + (int)i);
}

/* Every non-overlapping match of pattern i. */
static void find_one(struct rules *r, sv text, size_t i, struct hits *h)
{
	const struct regex *re = pattern_at(r, i);
	int groups = regex_groups(re);
	struct regex_span s[MAX_SPANS];
	size_t from = 0;

	while (from <= text.n && regex_match(re, text, from, s, groups + 1)) {
		for (int g = groups ? 1 : 0; g <= groups; g++)
			add_part(h, text, &s[g], i);
		from = s[0].end > from ? s[0].end : from + 1;
	}
}

void rules_find(struct rules *r, sv text, uint64_t groups,
		enum rules_where where, struct hits *h)
{
	uint64_t want = groups >> RULES_GROUPS;
	int n;

	if (where != RULES_TEXT)
		want &= ~(r->text_only >> RULES_GROUPS);
	if (__builtin_popcountll(want) >= SET_FROM) {
		n = regex_set_match(set_of(r), text, r->found, (int)patterns_n);
		if (n >= 0 && r->set_ok) {
			uint64_t hit = 0;

			for (int i = 0; i < n; i++)
				hit |= UINT64_C(1) << r->found[i];
			want &= hit;
		}
	}
	for (; want; want &= want - 1)
		find_one(r, text, (size_t)__builtin_ctzll(want), h);
}

void rules_find_cut(struct rules *r, sv text, struct hits *h)
{
	struct regex_span s;

	/* A token is shorter than this; the rest would be scanned for naught.
	 */
	text = sv_from(text, text.n > 4096 ? text.n - 4096 : 0);
	if (regex_match(cut_of(r), text, 0, &s, 1))
		hits_add(h, (sv){text.p + s.start, s.end - s.start}, RULES_CUT);
}
