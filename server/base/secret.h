/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passwords and tokens, over libsodium. Call secret_start once before any thread.
 * A token is 32 random bytes shown once as 43 base64url characters; only its BLAKE2b hash is stored.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include "server/base/err.h"

enum { SECRET_TOKEN_TEXT = 44, SECRET_HASH_HEX = 65, SECRET_PASSWORD_HASH = 128 };

bool secret_start(struct err *e);
void secret_token(char text[SECRET_TOKEN_TEXT]);
/* Hash of a token's text as lower-case hex. False when text is not 43 base64url characters. */
bool secret_hash(const char *text, char hex[SECRET_HASH_HEX]);
/* A second token that follows from the first and does not lead back to it (a session's CSRF token).
 * False when token is not 43 base64url characters. */
bool secret_derive(const char *token, const char *purpose, char text[SECRET_TOKEN_TEXT]);
bool secret_password_hash(const char *password, char out[SECRET_PASSWORD_HASH], struct err *e);
bool secret_password_check(const char *hash, const char *password); /* constant time */
bool secret_equal(const char *a, const char *b);                    /* constant time */

#endif
