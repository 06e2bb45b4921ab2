/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/patterns.h"

#define W "[A-Za-z0-9_\\-]" /* base64url */
#define A "[A-Za-z0-9]"
/* A string of a program's text; the same, of which the inside is captured. */
#define Q "b?(?:'[^']*'|\\\\?\"[^\"]*\")"
#define V "b?(?:'([^']+)|\\\\?\"([^\"\\\\]+))"

const struct pattern patterns[] = {
	/* Clouds */
	{"aws-key-id", "\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}",
	 "akia asia abia acca", PATTERNS_PLAIN, false},
	{"google-key",
	 "\\b(?:AIza" W "{28,}|ya29\\." W "{16,}|GOCSPX-" W "{16,}|1//0" W
	 "{24,})",
	 "aiza ya29. gocspx- 1//0", PATTERNS_PLAIN, false},
	{"azure-key", "\\b" A "{3}8Q~[A-Za-z0-9_.~\\-]{31,}", "8q~",
	 PATTERNS_PLAIN, false},
	{"cloud-token",
	 "\\b(?:do[opr]_v1_[a-f0-9]{32,}|dapi[a-f0-9]{32,}|pul-[a-f0-9]{32,}|"
	 "LTAI" A "{12,}|AKID" A "{13,}|tskey-" W "{12,}|fm[12][a-z]_" W
	 "{16,}|HRKU-" W "{24,}|nfp_" A "{24,}|sbp_[a-f0-9]{24,}|pscale_(?:tkn"
	 "|oauth|pw)_" W "{24,}|dt0[a-z][0-9]{2}\\.[A-Z0-9]{24}\\.[A-Z0-9]{24,}"
	 "|v1\\.0-[a-f0-9]{24}-[a-f0-9]{64,}|sha256~" W "{40,}|ABSK[A-Za-z0-9+/"
	 "]{64,}={0,2}|4b1d" A "{38}|p8e-[a-z0-9]{32}|fo1_" W "{40,}|AQVN" W
	 "{32,}|t1\\.[A-Z0-9a-z_\\-]{16,}\\.[A-Z0-9a-z_\\-]{80,}|dnkey-[a-z0-9"
	 "=_\\-]{26}-[a-z0-9=_\\-]{40,}|tk-us-" W "{40,}|pnu_[a-z0-9]{36})",
	 "do_v1_ doo_v1_ dop_v1_ dor_v1_ dapi pul- ltai akid tskey- fm1 fm2 "
	 "hrku- nfp_ sbp_ pscale_ dt0 v1.0- sha256~ absk 4b1d p8e- fo1_ aqvn "
	 "t1. dnkey- tk-us- pnu_",
	 PATTERNS_PLAIN, false},
	/* Version control and continuous integration */
	{"github-token",
	 "\\b(?:gh[pousr]_" A "{16,}|github_pat_[A-Za-z0-9_]{16,})",
	 "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", PATTERNS_PLAIN, false},
	{"gitlab-token",
	 "\\b(?:gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|imt|agent|oas|ffct)-"
	 "[A-Za-z0-9_.\\-]{12,}|GR1348941" W "{16,})",
	 "glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glsoat- glimt- "
	 "glagent- gloas- glffct- gr1348941",
	 PATTERNS_PLAIN, false},
	{"ci-token",
	 "\\b(?:CCIPAT_[A-Za-z0-9_]{16,}|CCIPRJ_[A-Za-z0-9_]{16,}|bkua_" A
	 "{24,}|ATATT3[A-Za-z0-9_=\\-]{16,}|ATCTT3[A-Za-z0-9_=\\-]{16,}|ATBB" A
	 "{20,}|sq[ua]_[a-f0-9]{32,}|sqp_[a-f0-9]{32,}|API-[A-Z0-9]{26,}|(?:pat|"
	 "sat)\\." W "{22}\\." A "{24}\\." A "{20}|(?:sgp|slk)_[A-Za-z0-9_]{40,}|"
	 "ico-" A "{32}|rdme_[a-z0-9]{70}|CLOJARS_[a-z0-9]{60}|cmVmdGtu" A
	 "{40,})",
	 "ccipat_ cciprj_ bkua_ atatt3 atctt3 atbb squ_ sqa_ sqp_ api- pat. "
	 "sat. sgp_ slk_ ico- rdme_ clojars_ cmvmdgtu",
	 PATTERNS_PLAIN, false},
	/* Chat and mail */
	{"slack-token",
	 "\\b(?:xox[abeposr](?:\\.xox[bp])?-[A-Za-z0-9-]{8,}|xapp-[0-9]-"
	 "[A-Za-z0-9-]{8,})",
	 "xoxa xoxb xoxe xoxp xoxo xoxs xoxr xapp-", PATTERNS_PLAIN, false},
	{"webhook-url",
	 "(?:hooks\\.slack\\.com/(?:services|workflows|triggers)/|discord(?:"
	 "app)?\\.com/api/webhooks/[0-9]+/|\\.webhook\\.office\\.com/webhookb2/|"
	 "outlook\\.office(?:365)?\\.com/webhook/|hooks\\.zapier\\.com/hooks/"
	 "catch/[0-9]+/|maker\\.ifttt\\.com/trigger/[^/]+/(?:json/)?with/key/|"
	 "open\\.(?:feishu\\.cn|larksuite\\.com)/open-apis/bot/v2/hook/|qyapi\\."
	 "weixin\\.qq\\.com/cgi-bin/webhook/send\\?key=|events\\.pagerduty\\.com/"
	 "integration/)([A-Za-z0-9+/@_\\-]{6,})|/hooks/([a-z0-9]{26})\\b",
	 "hooks.slack.com discord.com/api discordapp.com/api "
	 ".webhook.office.com office.com/webhook office365.com/webhook "
	 "hooks.zapier.com maker.ifttt.com open-apis/bot qyapi.weixin.qq.com "
	 "events.pagerduty.com /hooks/",
	 PATTERNS_PLAIN, false},
	{"telegram-token",
	 "(?:\\b|bot)([0-9]{8,10}:AA" W "{30,})|telegram\\.org/bot([0-9]+:" W
	 "{20,})",
	 ":aa telegram.org/bot", PATTERNS_PLAIN, false},
	{"mail-token",
	 "\\b(?:SG\\." W "{16,}\\." W "{16,}|key-[0-9a-f]{32}|xkeysib-[a-f0-9]"
	 "{32,}" W "*|[0-9a-f]{32}-us[0-9]{1,2}\\b)",
	 "sg. key- xkeysib- -us1 -us2 -us3 -us4 -us5 -us6 -us7 -us8 -us9", PATTERNS_PLAIN, false},
	/* Payment */
	{"payment-key",
	 "\\b(?:(?:sk|rk)_(?:live|test|prod)_" A "{10,}|whsec_[A-Za-z0-9+/=]"
	 "{16,}|sq0(?:atp|csp|idp)-" W "{20,}|EAAA" W "{56,}|shp(?:at|ca|pa|ss)_"
	 "[a-fA-F0-9]{24,}|FLW(?:SECK|PUBK)(?:_TEST)?-[a-hA-H0-9]{12,}(?:-X)?|"
	 "EZ[AT]K" A "{54}|duffel_(?:test|live)_" W "{43}|shippo_(?:live|test)_"
	 "[a-fA-F0-9]{40}|access-(?:sandbox|development|production)-[0-9a-f]{8}-"
	 "[0-9a-f-]{27}|access_token\\$(?:production|sandbox)\\$[a-z0-9$]"
	 "{32,})",
	 "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ whsec_ sq0 "
	 "eaaa shpat_ shpca_ shppa_ shpss_ access_token$ flwseck flwpubk ezak "
	 "eztk duffel_ shippo_ access-sandbox access-development "
	 "access-production",
	 PATTERNS_PLAIN, false},
	/* Package registries */
	{"registry-token",
	 "\\b(?:npm_" A "{24,}|pypi-" W "{32,}|rubygems_[a-f0-9]{32,}|dckr_(?:"
	 "pat|oat)_" W "{16,}|oy2[a-z0-9]{43}|AKCp" A "{40,}|"
	 "ops_eyJ" W "{24,})",
	 "npm_ pypi- rubygems_ dckr_pat_ dckr_oat_ oy2 akcp ops_eyj",
	 PATTERNS_DIGIT, false},
	/* Models */
	{"ai-key",
	 "\\b(?:sk-(?:proj-|ant-|svcacct-|or-v1-|admin-)?" W "{20,}|hf_" A
	 "{24,}|gsk_" A "{32,}|xai-" A "{40,}|pplx-" A "{32,}|r8_" A "{30,})",
	 "sk- hf_ gsk_ xai- pplx- r8_", PATTERNS_DIGIT, false},
	/* Secret stores and observability */
	{"vault-token",
	 "\\b(?:hv[sbr]\\." W "{20,}|" A "{14}\\.atlasv1\\.[A-Za-z0-9_=\\-]"
	 "{40,}|dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.\\-]{24,}|A3-"
	 "[A-Z0-9]{6}-[A-Z0-9-]{20,})",
	 "hvs. hvb. hvr. .atlasv1. dp.pt dp.st dp.ct dp.sa dp.scim dp.audit "
	 "a3-", PATTERNS_PLAIN, false},
	{"saas-token",
	 "\\b(?:NRAK-[A-Z0-9]{20,}|NRJS-[a-f0-9]{16,}|glsa_" A "{32}_[a-f0-9]"
	 "{8}|glc_[A-Za-z0-9+/=]{32,}|sntr(?:ys|yu)_[A-Za-z0-9_+/=]{24,}|PMAK-"
	 "[a-f0-9-]{24,}|lin_api_" A "{24,}|ntn_" A "{24,}|figd_" W "{24,}|"
	 "secret_" A "{43}|EAACEdEose0cBA" A "+|"
	 "phc_" A "{32,}|phx_" A "{32,}|sl\\.[A-Za-z0-9_\\-]{130,}|pat-(?:na|eu)[0-9]-[0-9a-f-]{36}|tfp_[A-Za-z0-9_."
	 "=\\-]{40,}|fio-u-" W "{64}|sm_(?:aat|pat|sat)_" A "{16,}|" A "{6}_" A
	 "{29}_mmk|s-s4t2(?:ud|af)-[a-f0-9]{64}|[0-9a-f]{36,40}NRAL|EAA[MC]" A
	 "{32,}|glpi_" A "{32,}|eyJrIjoi" A "{40,})",
	 "nrak- nrjs- glsa_ glc_ sntrys_ sntryu_ pmak- lin_api_ ntn_ figd_ "
	 "secret_ eaacedeose0cba phc_ phx_ sl. pat-na pat-eu tfp_ fio-u- sm_aat_ "
	 "sm_pat_ sm_sat_ _mmk nral s-s4t2 eaam eaac glpi_ eyjrijoi",
	 PATTERNS_PLAIN, false},
	/* Forms without an issuer */
	{"jwt",
	 "\\beyJ[A-Za-z0-9_=\\-]{8,}\\.[A-Za-z0-9_=\\-]*(?:\\.[A-Za-z0-9_=+/"
	 "\\-]*)*",
	 "eyj", PATTERNS_PLAIN, false},
	{"private-key",
	 "(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END "
	 "[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\\z)",
	 "private\x1fkey", PATTERNS_PLAIN, false},
	{"private-key-body",
	 "b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=]*|AGE-SECRET-KEY-1[0-9A-Z]{20,}|"
	 "LS0tLS1CRUdJTi[A-Za-z0-9+/=]*UFJJVkFURSBLRV[A-Za-z0-9+/=]*",
	 "b3blbnnzac1rzxktdje age-secret-key-1 ls0tls1crudjti",
	 PATTERNS_PLAIN, false},
	{"password-hash",
	 "\\$(?:1|5|6|7|y|gy|2[abxy]|apr1|argon2(?:id|i|d)|scrypt|pbkdf2[a-z0-9"
	 "-]*)\\$[A-Za-z0-9./$,=+\\-]{12,}|\\{S?SHA(?:256|512)?\\}"
	 "[A-Za-z0-9+/=]{16,}",
	 "$1$ $5$ $6$ $7$ $y$ $gy$ $2a$ $2b$ $2x$ $2y$ $apr1$ $argon2 "
	 "$scrypt$ $pbkdf2 {sha {ssha",
	 PATTERNS_PLAIN, false},
	/* Headers, statements and files */
	{"bearer", "(?i)\\bbearer[ :]\\s*['\"]?([A-Za-z0-9._~+/=\\-]{12,})",
	 "bearer", PATTERNS_DIGIT, false},
	{"basic-auth", "(?i)\\bbasic\\s+([A-Za-z0-9+/]{8,}={0,2})", "basic",
	 PATTERNS_BASIC, false},
	{"docker-auth", "\"auth\\\\?\"\\s*:\\s*\\\\?\"([A-Za-z0-9+/=]{6,})",
	 "auth\" auth\\\"", PATTERNS_BASIC, false},
	{"sql-identified",
	 "(?i)\\bidentified\\s+(?:with\\s+\\S+\\s+)?(?:(?:by|as)\\s+(?:password"
	 "\\s+)?(?:'([^']+)|\"([^\"]+)|\\\\['\"]([^'\"\\\\]+))|by\\s+(?:password\\s+"
	 ")?([^\\s'\"\\\\;]+))",
	 "identified", PATTERNS_PLAIN, false},
	{"sql-password",
	 "(?i)\\bpassword\\s+(?:'([^']+)|\\\\'([^'\\\\]+)|E'([^']+))|\\bset\\s+"
	 "password\\b[^=;]*=\\s*(?:password\\s*\\(\\s*)?(?:'([^']+)|\""
	 "([^\"]+))|\\b(?:old_)?password\\s*\\(\\s*(?:'([^']+)|\"([^\"]+))|"
	 "\\.logon\\s+[^\\s,]+,([^\\s;'\"]+)|\\b(?:secret|token)\\s+'([^'\\s]{16,})",
	 "password .logon secret\x1f' token\x1f'", PATTERNS_PLAIN, false},
	{"sql-pragma",
	 "(?i)\\bpragma\\s+(?:hex)?(?:re)?key\\s*=\\s*\\\\?[\"']?(?:x')?([^\"'"
	 "\\\\;]+)",
	 "pragma", PATTERNS_PLAIN, false},
	{"database-dsn", "[^\\s:/@'\"=]+:([^\\s'\"]+)@(?:tcp|tcp6|udp|unix)?\\(",
	 "@tcp @udp @unix( 3306)/ 3307)/ 3308)/ 6033)/ 4000)/ @(localhost "
	 "@(127.0.0", PATTERNS_PLAIN, false},
	{"xml-element",
	 "(?i)<[a-z0-9_:.\\-]*(?:password|passwd|passphrase|pass|pwd|secret|"
	 "token|apikey)>([^<>]+)</",
	 "password> passwd> passphrase> pass> pwd> secret> token> apikey>",
	 PATTERNS_PLAIN, false},
	{"code-login",
	 "(?i)\\b(?:auth\\s*=\\s*\\(|\\w*auth\\(|\\.?login\\()\\s*\\\\?['\"][^'\"]*['\"]"
	 "\\s*,\\s*\\\\?(?:'([^']+)|\"([^\"]+))",
	 "auth=( auth\x1f= auth( login(", PATTERNS_PLAIN, false},
	{"code-connect",
	 "(?i)(?:cx_oracle|oracledb)\\.connect\\(\\s*(?:" Q "\\s*,\\s*" V
	 "|['\"][^'\"/@]+/([^'\"@]+)@)|(?:connect|connection|newInstance|mysqli|"
	 "new PDO|FTP(?:_TLS|\\.open|\\.new)?)\\s*\\(\\s*" Q "\\s*,\\s*" Q
	 "\\s*,\\s*" V,
	 "connect( connect\x1f( connection( newinstance( pdo( mysqli( ftp( "
	 "ftp_tls( ftp.open( ftp.new(", PATTERNS_PLAIN, false},
	{"code-secret",
	 "(?i)(?:(?:[^_]set_?password|password_hash|make_password|hashpw|"
	 "\\bcrypt|_crypt\\.hash|nthash|fernet|totp(?:\\.new)?|hmac\\.new)\\(|"
	 "(?:keyring\\.set_password|create_(?:super)?user)\\(\\s*" Q "\\s*,\\s*"
	 Q "\\s*,|(?:simple_bind_s|createHmac|"
	 "changeUserPassword)\\(\\s*" Q "\\s*,|(?:mysql|postgresql)\\(\\s*(?:" Q
	 "\\s*,\\s*){4}|(?:pgp_sym_|aes_)(?:en|de)crypt\\([^;]*?,|ldap_bind\\([^,]+"
	 ",\\s*" Q "\\s*,|jwt\\.(?:sign|encode)\\([^;]*?[\\])}]\\s*,|"
	 "jwt\\.(?:verify|decode)\\([^,]+,|hash_hmac\\(\\s*" Q "\\s*,[^,]+,|"
	 "(?:define|setenv|putenv|set_env)\\(\\s*['\"][^'\"]*(?:passw|_pass\\b|"
	 "secret|token|pwd|api_?key|access_?key|private_?key)[^'\"]*['\"]\\s*,)"
	 "\\s*" V,
	 "password( password_hash( hashpw( crypt( crypt.hash( nthash( fernet( "
	 "totp( totp.new( hmac.new( superuser( create_user( bind_s( createhmac( "
	 "ldap_bind( jwt.sign( jwt.encode( jwt.verify( jwt.decode( hash_hmac( "
	 "define( setenv( putenv( set_env( userpassword( mysql( postgresql( "
	 "encrypt( decrypt(", PATTERNS_PLAIN, false},
	{"oracle-url", "(?i)\\bjdbc:oracle:[a-z0-9]+:[^/\\s:@'\"]+/([^@\\s'\"]+)@",
	 "jdbc:oracle", PATTERNS_PLAIN, false},
	{"wifi", "(?i)\\bWIFI:(?:[^\\s\"']*;)?P:((?:\\\\.|[^;\\\\])+)", "wifi:",
	 PATTERNS_PLAIN, false},
	{"named-value",
	 "(?i)\"(?:parameter)?(?:name|key)\\\\?\"\\s*:\\s*\\\\?\"[^\"]*(?:passw|"
	 "secret|token|pwd|api_?key|access_?key|private_?key|credential)"
	 "[^\"]*\"\\s*,\\s*\\\\?\"(?:parameter)?value\\\\?\"\\s*:\\s*\\\\?\""
	 "([^\"\\\\]+)|\\b(?:parameter)?(?:name|key)=[^,\\s=]*(?:pass|secret|"
	 "token|pwd|api_?key|access_?key|private_?key)[^,\\s=]*,(?:parameter)?"
	 "value=([^,}\\s\"']+)|\\bsecret,(?:[^\\s,]+,)*data=([^,\\s]+)|"
	 "proxyauth=[^:,\\s]*:([^,\\s\"']+)|(?:name|key)=\"[^\"]*(?:passw|secret|"
	 "token|pwd|api_?key|access_?key|private_?key)[^\"]*\"\\s+value=\""
	 "([^\"]+)|stringData\\\\?\"\\s*:\\s*\\{\\s*"
	 "\\\\?\"[^\"]+\"\\s*:\\s*\\\\?\"([^\"\\\\]+)",
	 "\"value \"parametervalue ,value= ,parametervalue= secret, "
	 "proxyauth= \"\x1fvalue=\" stringdata",
	 PATTERNS_PLAIN, false},
	{"secure-string",
	 "(?i)convertto-securestring\\s+(?:-string\\s+)?(?:'([^']+)|\\\\?\""
	 "([^\"\\\\]+))",
	 "convertto-securestring", PATTERNS_PLAIN, false},
	{"netrc",
	 "(?i)\\b(?:login|account)\\s+\\S+\\s+password\\s+([^\\s\"']+)|"
	 "\\bmachine\\s+\\S+\\s+password\\s+([^\\s\"']+)",
	 "password", PATTERNS_PLAIN, false},
	{"expect-send",
	 "(?i)(?:assword|assphrase|asscode|\\bPIN\\b)[^\\n]{0,40}?[;{\\s]\\s*"
	 "send\\s+(?:--\\s+)?(?:\\\\?\"((?:[^\"\\\\]|\\\\[^\"])+)|\\{([^}]+)|'([^']+)|([^\\s\"{}';]{4,}))|"
	 "assword[^\\n]{0,60}?\\.send(?:line)?\\(\\s*" V,
	 "send", PATTERNS_PLAIN, false},
	{"text-option",
	 "(?i)(?:^|[\\s\"'])--?(?:[a-z0-9_.\\-]*[_.\\-])?(?:password|passwd|"
	 "passphrase|secret|token|api-?key|access-?key|secret-?key)[ \\t]+(?:"
	 "\"([^\"]+)|'([^']+)|([^\\s\"'-][^\\s\"']*))",
	 "pass secret token key", PATTERNS_PLAIN, true},
	{"pgpass",
	 "(?m)(?:^|['\"])[^:\\s'\"]+:(?:[0-9]{2,5}|\\*):[^:\\s'\"]+:[^:\\s'\"]+:"
	 "((?:\\\\.|[^:\\s'\"\\\\])+)(?:[\\s'\"]|\\\\n|$)",
	 ":5432: :5433: :6432: :*:", PATTERNS_PLAIN, false},
	/* What goes over the wire in the clear */
	{"protocol-login",
	 "(?m)^PASS :?([^\\r\\n]+)\\r|^AUTH PLAIN ([A-Za-z0-9+/=]{8,})|^[A-Za-z0-9."
	 "]{1,16} LOGIN (?:\"[^\"]*\"|\\S+) \"?([^\\s\"]+)\"?\\r|(?i:auth)\\r\\n\\$"
	 "[0-9]+\\r\\n([^\\r\\n]+)(?:\\r\\n\\$[0-9]+\\r\\n([^\\r\\n]+))?",
	 "pass\x1f auth\x1fplain\x1f \x1flogin\x1f auth\r\n$", PATTERNS_PLAIN,
	 true},
	{"redis-auth", "(?m)^AUTH (?:\\S+ )?([^\\s-]{6,})\\r?$", "auth\x1f",
	 PATTERNS_DIGIT, true},
	{"redis-acl",
	 "(?i)\\bsetuser\\s+[^\\n]*?\\s>([^\\s\"']+)|"
	 "\\b(?:requirepass|masterauth)\\s+([^\\s\"']+)",
	 "setuser requirepass masterauth", PATTERNS_PLAIN, false},
};

const size_t patterns_n = ARRAY_LEN(patterns);

const char patterns_cut[] =
	"\\b(?:A[KS]IA[A-Z0-9]*|gh[pousr]_" A "*|github_pat_[A-Za-z0-9_]*|"
	"glpat-" W "*|xox[abeposr]-[A-Za-z0-9-]*|AIza" W "*|ya29\\." W "*|"
	"[sr]k_(?:live|test)_" A "*|npm_" A "*|pypi-" W "*|dckr_pat_" W "*|"
	"hv[sbr]\\." W "*|eyJ[A-Za-z0-9_=.+/\\-]*|sk-" W "{8,}|hf_" A "*|"
	"SG\\." W "[A-Za-z0-9_.\\-]*)\\z";
