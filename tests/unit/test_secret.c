/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens and passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "server/base/secret.h"

static int setup(void **state)
{
	(void)state;
	struct err e = ERR_INIT;
	return secret_start(&e) ? 0 : -1;
}

static void tokens_differ_and_hash(void **state)
{
	(void)state;
	char a[SECRET_TOKEN_TEXT], b[SECRET_TOKEN_TEXT], x[SECRET_HASH_HEX], y[SECRET_HASH_HEX];
	secret_token(a);
	secret_token(b);
	assert_int_equal(strlen(a), 43);
	assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			 43);
	assert_string_not_equal(a, b);
	assert_true(secret_hash(a, x));
	assert_true(secret_hash(a, y));
	assert_string_equal(x, y);
	assert_int_equal(strlen(x), 64);
	assert_true(secret_hash(b, y));
	assert_string_not_equal(x, y);
}

/* BLAKE2b-256 of 43 letters A, by python3 -c 'hashlib.blake2b(b"A"*43, digest_size=32)'. */
static void hash_is_blake2b(void **state)
{
	(void)state;
	char hex[SECRET_HASH_HEX];
	assert_true(secret_hash("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", hex));
	assert_string_equal(hex, "6342b384e5d6294c5df1110132b93b97b395a2ff4cca498af637b3e06b3095dd");
}

static void what_is_no_token_has_no_hash(void **state)
{
	(void)state;
	char hex[SECRET_HASH_HEX];
	assert_false(secret_hash("", hex));
	assert_false(secret_hash("AAAA", hex));
	assert_false(secret_hash("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", hex)); /* 44 */
	assert_false(secret_hash("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", hex));
	assert_false(secret_hash("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/", hex));
	/* B differs from A in the two spare bits only. */
	assert_false(secret_hash("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", hex));
}

static void passwords_check(void **state)
{
	(void)state;
	char hash[SECRET_PASSWORD_HASH], other[SECRET_PASSWORD_HASH];
	struct err e = ERR_INIT;
	assert_true(secret_password_hash("correct horse", hash, &e));
	assert_true(secret_password_hash("correct horse", other, &e));
	assert_string_not_equal(hash, other);
	assert_int_equal(strncmp(hash, "$argon2id$", 10), 0);
	assert_true(secret_password_check(hash, "correct horse"));
	assert_false(secret_password_check(hash, "correct horsf"));
	assert_false(secret_password_check(hash, ""));
	assert_false(secret_password_check("", "correct horse"));
	assert_false(secret_password_check("rubbish", "correct horse"));
}

static void equality(void **state)
{
	(void)state;
	assert_true(secret_equal("", ""));
	assert_true(secret_equal("abc", "abc"));
	assert_false(secret_equal("abc", "abd"));
	assert_false(secret_equal("abc", "ab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_differ_and_hash), cmocka_unit_test(hash_is_blake2b),
		cmocka_unit_test(what_is_no_token_has_no_hash), cmocka_unit_test(passwords_check),
		cmocka_unit_test(equality),
	};
	return cmocka_run_group_tests_name("secret", tests, setup, NULL);
}
