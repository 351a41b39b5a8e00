/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/secret.h"

#include <sodium.h>
#include <string.h>

enum { TOKEN_BYTES = 32 };

_Static_assert(SECRET_PASSWORD_HASH >= crypto_pwhash_STRBYTES, "room for a password hash");
_Static_assert(SECRET_TOKEN_TEXT ==
		       sodium_base64_ENCODED_LEN(TOKEN_BYTES,
						 sodium_base64_VARIANT_URLSAFE_NO_PADDING),
	       "room for a token");

bool secret_start(struct err *e)
{
	if (sodium_init() < 0)
		return err_set(e, ERR_INTERNAL, "libsodium cannot start");
	return true;
}

void secret_token(char text[SECRET_TOKEN_TEXT])
{
	unsigned char bytes[TOKEN_BYTES];
	randombytes_buf(bytes, sizeof bytes);
	(void)sodium_bin2base64(text, SECRET_TOKEN_TEXT, bytes, sizeof bytes,
				sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof bytes);
}

bool secret_hash(const char *text, char hex[SECRET_HASH_HEX])
{
	unsigned char bytes[TOKEN_BYTES], hash[crypto_generichash_BYTES];
	char again[SECRET_TOKEN_TEXT];
	size_t n = 0, len = strnlen(text, SECRET_TOKEN_TEXT);
	if (len != SECRET_TOKEN_TEXT - 1 ||
	    sodium_base642bin(bytes, sizeof bytes, text, len, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    n != sizeof bytes)
		return false;
	/* Two spellings of one token (spare bits in the last character) must not both work. */
	(void)sodium_bin2base64(again, sizeof again, bytes, sizeof bytes,
				sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	if (sodium_memcmp(again, text, SECRET_TOKEN_TEXT) != 0)
		return false;
	(void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text, len, NULL, 0);
	(void)sodium_bin2hex(hex, SECRET_HASH_HEX, hash, sizeof hash);
	return true;
}

bool secret_derive(const char *token, const char *purpose, char text[SECRET_TOKEN_TEXT])
{
	unsigned char derived[TOKEN_BYTES];
	char hex[SECRET_HASH_HEX];
	if (!secret_hash(token, hex))
		return false;
	(void)crypto_generichash(derived, sizeof derived, (const unsigned char *)purpose,
				 strlen(purpose), (const unsigned char *)token,
				 SECRET_TOKEN_TEXT - 1);
	(void)sodium_bin2base64(text, SECRET_TOKEN_TEXT, derived, sizeof derived,
				sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(derived, sizeof derived);
	return true;
}

bool secret_password_hash(const char *password, char out[SECRET_PASSWORD_HASH], struct err *e)
{
	if (crypto_pwhash_str(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
			      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return err_set(e, ERR_UNAVAILABLE, "no memory to hash a password");
	return true;
}

bool secret_password_check(const char *hash, const char *password)
{
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

bool secret_equal(const char *a, const char *b)
{
	size_t n = strlen(a);
	return n == strlen(b) && sodium_memcmp(a, b, n) == 0;
}
