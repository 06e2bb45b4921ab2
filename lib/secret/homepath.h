/* SPDX-License-Identifier: Apache-2.0 */
/*
 * homepath.h - what a path tells about a person or a credential.
 *
 * Home directories: the user's name goes, the rest stays:
 * /home/[REDACTED:home]/src, /Users/..., /var/home/..., ~[REDACTED:home]/x.
 * /root and ~ name nobody. /home counts at the root of a path, or of a root
 * that is itself in a path (/proc/7/root/home, .../merged/home).
 *
 * Credential files: the file's name goes, its directory stays, so that one
 * still sees that a key of ~/.ssh was read: ~/.ssh/[REDACTED:credential-file].
 * These are: all below .ssh (but *.pub), .aws, .gnupg, .kube, .azure,
 * gcloud, gh; files named like .netrc, .pgpass, .git-credentials, shadow,
 * id_rsa, kubeconfig; *.pem *.key *.p12 *.pfx *.jks *.ppk *.kdbx *.keytab
 * (but certificates by name and /etc/ssl/certs); all below /run/secrets,
 * /var/run/secrets, /etc/kubernetes/pki, ssl/private; .docker/config.json;
 * documents named after credentials or service accounts.
 */
#ifndef RT_HOMEPATH_H
#define RT_HOMEPATH_H

#include "secret/hits.h"

/* In running text, which is part of h->text; tilde: ~name, too. */
void homepath_find_homes(sv text, bool tilde, struct hits *h);
void homepath_find_files(sv text, struct hits *h);
/* The whole view is one path, blanks included. */
void homepath_file(sv path, struct hits *h);

#endif
