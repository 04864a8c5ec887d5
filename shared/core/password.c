/* shared/core/password.c - passwords: judged, hashed, compared */
#include "shared/core/password.h"

#include <argon2.h>
#include <pthread.h>
#include <string.h>

#include "shared/base/id.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/base/text.h"

enum { PASSES = 2, KIBIBYTES = 19456, LANES = 1, SALT = 16, HASH = 32, ENCODED = 128 };

#define PARAMETERS "$argon2id$v=19$m=19456,t=2,p=1$"

/* Of no password: what an unknown address is compared with. */
#define NOBODYS PARAMETERS "nCQq6N4Ba6XgVV1pDeUQsQ$" \
	"C9lZxr4jlo2gdrbqbfP4oD8gHY3Fnz2yYgmXqDlCwSA"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t  done = PTHREAD_COND_INITIALIZER;
static unsigned        running, waiting;

/* What many lists of leaked passwords begin with, as far as it is long enough. */
static const char *const common[] = {
	"00000000", "11111111", "11223344", "12121212", "123123123", "12341234", "12344321",
	"12345678", "123456789", "1234567890", "123qweasd", "147258369", "1q2w3e4r", "1q2w3e4r5t",
	"1qaz2wsx", "66666666", "87654321", "88888888", "987654321", "aa123456", "abc12345",
	"abcd1234", "administrator", "adminadmin", "asdfasdf", "asdfghjk", "asdfghjkl",
	"baseball", "changeme", "computer", "football", "iloveyou", "internet", "letmein1",
	"liverpool", "michelle", "mockfactory", "p@ssw0rd", "passw0rd", "password", "password1",
	"password12", "password123", "princess", "q1w2e3r4", "q1w2e3r4t5", "qazwsxedc",
	"qwer1234", "qwerasdf", "qwerty12", "qwerty123", "qwertyui", "qwertyuiop", "starwars",
	"sunshine", "superman", "trustno1", "welcome1", "whatever", "zaq12wsx", "zxcvbnm1",
};

const char *
password_weak(const char *password, const char *email)
{
	size_t n = strlen(password), at = strcspn(email, "@");

	if (strspn(password, (const char[]){ password[0], '\0' }) == n)
		return "is one character many times";
	for (size_t i = 0; i < COUNT(common); i++)
		if (strcasecmp(password, common[i]) == 0)
			return "is one of the first that everybody tries";
	if (strcasecmp(password, email) == 0 || (at == n && strncasecmp(password, email, n) == 0))
		return "is the e-mail address";
	return NULL;
}

/* False: there are too many already. */
static bool
enter(void)
{
	bool in;

	pthread_mutex_lock(&lock);
	in = running < PASSWORD_AT_ONCE || waiting < PASSWORD_WAITING;
	if (in) {
		waiting++;
		while (running >= PASSWORD_AT_ONCE)
			pthread_cond_wait(&done, &lock);
		waiting--;
		running++;
	}
	pthread_mutex_unlock(&lock);
	return in;
}

static void
leave(void)
{
	pthread_mutex_lock(&lock);
	running--;
	pthread_cond_signal(&done);
	pthread_mutex_unlock(&lock);
}

static void
enter_or_throw(struct task *t)
{
	if (!enter())
		task_throw(t, &FAULT_UNAVAILABLE, "Too many log in at once. Try again in a moment.");
}

char *
password_hash(struct task *t, const char *password)
{
	char         *encoded = mem_alloc(t->mem, ENCODED);
	unsigned char salt[SALT];
	int           error;

	id_bytes(&t->ids, salt, SALT);
	enter_or_throw(t);
	error = argon2id_hash_encoded(PASSES, KIBIBYTES, LANES, password, strlen(password), salt, SALT,
	    HASH, encoded, ENCODED);
	leave();
	if (error != ARGON2_OK)
		task_throw(t, &FAULT_UNAVAILABLE, "Argon2: %s", argon2_error_message(error));
	return encoded;
}

bool
password_right(struct task *t, const char *hash, const char *password, bool *old)
{
	int error;

	enter_or_throw(t);
	error = argon2id_verify(hash != NULL ? hash : NOBODYS, password, strlen(password));
	leave();
	if (error != ARGON2_OK && error != ARGON2_VERIFY_MISMATCH)
		task_throw(t, &FAULT_UNAVAILABLE, "Argon2: %s", argon2_error_message(error));
	*old = hash != NULL && !text_starts(hash, PARAMETERS);
	return hash != NULL && error == ARGON2_OK;
}
