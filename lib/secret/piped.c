/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/piped.h"

#include "base/mem.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/unlisted.h"
#include "secret/value.h"
#include "text/base64.h"

static bool has_flag(const struct argv_token *t, char letter)
{
	return t->text.n > 1 && t->text.p[0] == '-' && t->text.p[1] != '-' &&
	       memchr(t->text.p, letter, t->text.n);
}

/* podman secret create NAME -, gh secret set NAME, wrangler secret put NAME */
static bool is_secret_store(const struct cmdline *c, size_t from, size_t to)
{
	static const sv verbs[] = {SV("create"), SV("set"), SV("put"),
				   SV("import"), SV("add"), SV("insert")};
	bool secret = false;

	for (size_t i = from + 1; i < to; i++) {
		sv t = c->words[i].text;

		if (secret && sv_in(t, verbs, ARRAY_LEN(verbs)))
			return !sv_eq(sv_basename(c->words[from].text),
				      SV("kubectl"));
		secret |= sv_eq(t, SV("secret")) || sv_eq(t, SV("secrets"));
	}
	return false;
}

/* --password-file, -passphrase */
static bool is_secret_option(sv t)
{
	return t.n > 4 && t.p[0] == '-' &&
	       (memmem(t.p, t.n, "pass", 4) || memmem(t.p, t.n, "token", 5) ||
		memmem(t.p, t.n, "secret", 6) || memmem(t.p, t.n, "key", 3));
}

/* /run/secrets/db, vault-password.txt: what is kept there is one. */
bool piped_keeps_secret(sv path)
{
	static const sv others[] = {SV("log"), SV("out"),  SV("err"),
				    SV("pid"), SV("lock"), SV("state"),
				    SV("md"),  SV("html"), SV("sh"),
				    SV("py"),  SV("csv")};
	sv name = sv_basename(path),
	   end = sv_from(name, sv_rfind(name, '.') + 1);

	return !sv_eq(name, SV("passwd")) &&
	       !sv_in(end, others, ARRAY_LEN(others)) &&
	       (secret_key(name) >= SECRET_MATERIAL ||
		memmem(path.p, path.n, "/secrets/", 9));
}

/* Does this command read a secret from its standard input? */
static bool is_sink(const struct cmdline *c, size_t from, size_t to)
{
	static const sv programs[] = {
		SV("chpasswd"),
		SV("cryptsetup"),
		SV("smbpasswd"),
		SV("kinit"),
		SV("newusers"),
		SV("ecryptfs-add-passphrase"),
		SV("gnome-keyring-daemon"),
		SV("su"),
		SV("vncpasswd"),
		SV("fscrypt"),
		SV("keyring"),
		SV("secret-tool"),
		SV("passwd"),
		SV("kpasswd"),
		SV("wpa_passphrase"),
		SV("pass"),
		SV("gopass"),
	};
	static const sv options[] = {
		SV("--password-stdin"),
		SV("--stdin"),
		SV("--pass-stdin"),
		SV("--passphrase-fd"),
		SV("--with-token"),
		SV("-stdin"),
		SV("--passwd-on-stdin"),
		SV("--stdin-password"),
		SV("stdin"),
		SV("--passphrase-fd=0"),
		SV("--key-file=-"),
		SV("--token-stdin"),
	};
	sv name;

	if (from >= to)
		return false;
	name = sv_basename(c->words[from].text);
	if (sv_in(name, programs, ARRAY_LEN(programs)) ||
	    is_secret_store(c, from, to))
		return true;
	for (size_t i = from + 1; i < to; i++) {
		if (sv_in(c->words[i].text, options, ARRAY_LEN(options)))
			return true;
		if (sv_ends(c->words[i].text, SV("=/dev/stdin")) ||
		    (sv_eq(c->words[i].text, SV("/dev/stdin")) &&
		     is_secret_option(c->words[i - 1].text)))
			return true;
		if (sv_eq(name, SV("sudo")) && has_flag(&c->words[i], 'S'))
			return true;
		if (sv_eq(name, SV("htpasswd")) && has_flag(&c->words[i], 'i'))
			return true;
	}
	return false;
}

static bool is_decoder(const struct cmdline *c, size_t from, size_t to)
{
	if (from + 1 >= to ||
	    !sv_eq(sv_basename(c->words[from].text), SV("base64")))
		return false;
	return has_flag(&c->words[from + 1], 'd') ||
	       has_flag(&c->words[from + 1], 'D') ||
	       sv_eq(c->words[from + 1].text, SV("--decode"));
}

/* echo -n PASSWORD | base64, for a manifest. */
static bool is_encoder(const struct cmdline *c, size_t from, size_t to)
{
	return from < to &&
	       sv_eq(sv_basename(c->words[from].text), SV("base64")) &&
	       !is_decoder(c, from, to);
}

/* base64 of a command line that holds a secret. */
static bool hides_secret(const struct cmdline *c, sv word)
{
	struct hits hits = {.n = 0};
	struct cmdline in = {
		.programs = c->programs, .hits = &hits, .depth = c->depth};
	char *plain = mem_alloc(base64_decoded_size(word.n));
	size_t n = base64_decode(plain, word);
	bool found = false;

	if (n != SIZE_MAX && word.n >= 8) {
		hits_reset(&hits, (sv){plain, n});
		cmdline_script(&in, hits.text);
		found = hits.n > 0;
	}
	cmdline_release(&in);
	hits_release(&hits);
	mem_free(plain);
	return found;
}

/* What a sink reads. Of user:password, for chpasswd, the user stays. */
static void fed(struct cmdline *c, sv t)
{
	size_t colon = sv_find(t, ':');

	if (colon != SIZE_MAX && colon + 1 < t.n && !value_marker(t))
		t = sv_from(t, colon + 1);
	if (!value_placeholder(t, true))
		hits_add(c->hits, t, RULES_STDIN);
}

bool piped_echo(sv word)
{
	static const sv list[] = {SV("echo"), SV("printf"), SV("yes")};

	return sv_in(sv_basename(word), list, ARRAY_LEN(list));
}

static bool is_echo(const struct cmdline *c, struct piped words)
{
	return words.from < words.to && piped_echo(c->words[words.from].text);
}

/* echo 'a command line' | sh */
static void piped_script(struct cmdline *c, size_t from, size_t to)
{
	for (size_t i = from + 1; i < to; i++)
		if (sv_find(c->words[i].text, ' ') != SIZE_MAX)
			cmdline_script(c, c->words[i].text);
}

static bool is_shell(const struct cmdline *c, size_t from, size_t to)
{
	static const sv list[] = {SV("sh"),    SV("bash"), SV("dash"),
				  SV("zsh"),   SV("ksh"),  SV("at"),
				  SV("batch"), SV("ssh")};

	return from < to &&
	       sv_in(sv_basename(c->words[from].text), list, ARRAY_LEN(list));
}

static void encoded(struct cmdline *c, size_t from, size_t to)
{
	for (size_t i = from + 1; i < to; i++)
		if (value_chosen(c->words[i].text) ||
		    unlisted_password(c->words[i].text))
			fed(c, c->words[i].text);
}

/* echo SECRET | sink: words [from, to) are the echo, or several. */
static void fed_by(struct cmdline *c, size_t from, size_t to, bool decoder)
{
	for (size_t i = from + 1; i < to; i++) {
		sv t = c->words[i].text;

		if (t.n == 0 || t.p[0] == '-' || sv_starts(t, SV("%s")) ||
		    piped_echo(t) || (decoder && !hides_secret(c, t)))
			continue;
		fed(c, t);
	}
}

/* What is kept in a file for secrets; settings have names of their own. */
static void kept(struct cmdline *c, sv t)
{
	if (t.n >= 4 && t.p[0] != '-' && !sv_starts(t, SV("%s")) &&
	    sv_find(t, '=') == SIZE_MAX && sv_find(t, ' ') == SIZE_MAX &&
	    sv_find(t, ':') == sv_rfind(t, ':'))
		fed(c, t);
}

/* echo SECRET > password.txt */
void piped_written(struct cmdline *c, struct piped echo)
{
	if (!is_echo(c, echo))
		return;
	for (size_t i = echo.from + 1; i < echo.to; i++)
		kept(c, c->words[i].text);
}

/* tee /run/secrets/db */
static bool is_tee(const struct cmdline *c, size_t from, size_t to)
{
	if (from >= to || !sv_eq(sv_basename(c->words[from].text), SV("tee")))
		return false;
	for (size_t i = from + 1; i < to; i++)
		if (piped_keeps_secret(c->words[i].text))
			return true;
	return false;
}

void piped_into(struct cmdline *c, struct piped echo, struct piped reader)
{
	if (!is_echo(c, echo))
		return;
	if (is_sink(c, reader.from, reader.to))
		fed_by(c, echo.from, echo.to, false);
	else if (is_decoder(c, reader.from, reader.to))
		fed_by(c, echo.from, echo.to, true);
	else if (is_encoder(c, reader.from, reader.to))
		encoded(c, echo.from, echo.to);
	else if (is_shell(c, reader.from, reader.to))
		piped_script(c, echo.from, echo.to);
	else if (is_tee(c, reader.from, reader.to))
		piped_written(c, echo);
}

void piped_here(struct cmdline *c, sv word, struct piped reader, bool keeps)
{
	if (is_sink(c, reader.from, reader.to))
		fed(c, word);
	else if (keeps)
		kept(c, word);
}
