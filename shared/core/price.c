/* shared/core/price.c - what is sold, and for how much an hour */
#include "shared/core/price.h"

#include <assert.h>

#include "queries.h"
#include "shared/base/mem.h"
#include "shared/base/task.h"
#include "shared/db/db.h"

size_t
price_services(struct task *t, struct price_service **out)
{
	struct rows r = db_rows(t, &Q_price_services, db_time(t->now));

	*out = mem_array(t->mem, struct price_service, r.n);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = (struct price_service){
			.id = row_text(&r, i, "id"),             .title = row_text(&r, i, "title"),
			.cloud = row_text(&r, i, "cloud"),       .hourly = row_text(&r, i, "hourly"),
			.emulated = row_bool(&r, i, "emulated"),
		};
	return r.n;
}

size_t
price_packages(struct task *t, struct price_package **out)
{
	struct rows r = db_rows(t, &Q_price_packages, db_time(t->now));

	*out = mem_array(t->mem, struct price_package, r.n);
	for (size_t i = 0; i < r.n; i++) {
		struct price_package *p = &(*out)[i];

		p->id = row_text(&r, i, "id");
		p->title = row_text(&r, i, "title");
		p->hourly = row_text(&r, i, "hourly");
		p->any_of = row_i64(&r, i, "any_of");
		p->n_covers = row_texts(t, &r, i, "covers", &p->covers);
		p->n_gives = row_texts(t, &r, i, "gives", &p->gives);
	}
	return r.n;
}

void
price_quote(struct task *t, const char *const *names, size_t n, const char *cloud,
    const char *package, struct price_quote *out)
{
	struct rows r;

	assert(n > 0);
	r = db_rows(t, &Q_price_quote, db_texts(names, n), db_text(cloud), db_text(package),
	    db_time(t->now));
	*out = (struct price_quote){
		.lines = mem_array(t->mem, struct price_line, r.n), .n = r.n,
		.sum = row_text(&r, 0, "sum"),                      .rate = row_text(&r, 0, "rate"),
		.package = row_text(&r, 0, "package"),
		.asked_package = package,
		.cloud_known = row_bool(&r, 0, "cloud_known"),
		.package_known = row_bool(&r, 0, "package_known"),
		.package_covers = row_bool(&r, 0, "package_covers"),
	};
	for (size_t i = 0; i < r.n; i++)
		out->lines[i] = (struct price_line){
			.asked = row_text(&r, i, "name"),  .service = row_text(&r, i, "service"),
			.cloud = row_text(&r, i, "cloud"), .hourly = row_text(&r, i, "hourly"),
			.emulated = row_bool(&r, i, "emulated"),
		};
}
