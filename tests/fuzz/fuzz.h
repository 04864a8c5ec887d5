/* tests/fuzz/fuzz.h - what every fuzz target is made of; each is one file that includes this */
#ifndef MF_FUZZ_H
#define MF_FUZZ_H

#include <assert.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/mem.h"
#include "shared/base/task.h"

/*
 * The target: n bytes from outside, and a NUL after them.  It may throw.  It asserts what must be
 * true of any input.
 */
static void fuzz(struct task *t, const char *p, size_t n);

struct fuzz_input {
	struct task *task;
	const char  *p;
	size_t       n;
};

static void
fuzz_body(void *arg)
{
	struct fuzz_input *in = arg;

	fuzz(in->task, in->p, in->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct task task;
	struct fuzz_input  in = { .task = &task, .n = n };

	if (task.mem == NULL)
		task_init(&task, mem_new(64 << 20));
	task_begin(&task);
	in.p = mem_text_n(task.mem, (const char *)p, n);
	task_try(&task, fuzz_body, &in);
	mem_reset(task.mem);
	return 0;
}

#ifndef FUZZING
/* Without libFuzzer: every file named, and every file in a directory named, once. */
static int
fuzz_file(const char *path)
{
	FILE    *f = fopen(path, "rb");
	uint8_t *p = malloc(1 << 20);
	size_t   n;

	if (f == NULL || p == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(p, 1, 1 << 20, f);
	fclose(f);
	LLVMFuzzerTestOneInput(p, n);
	free(p);
	return 1;
}

static int
fuzz_all(const char *path)
{
	DIR           *d = opendir(path);
	struct dirent *e;
	char           inside[4096];
	int            count = 0;

	if (d == NULL)
		return fuzz_file(path);
	while ((e = readdir(d)) != NULL) {
		snprintf(inside, sizeof(inside), "%s/%s", path, e->d_name);
		if (e->d_name[0] != '.')
			count += fuzz_file(inside);
	}
	closedir(d);
	return count;
}

int
main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += fuzz_all(argv[i]);
	printf("%d inputs\n", count);
	return count > 0 ? 0 : 1;
}
#endif

#endif
