/* fcgi/aws/s3/acl.c - lists of grants, as requests bring them and answers show them */
#include "fcgi/aws/s3/acl.h"

#include <string.h>
#include <strings.h>

#include "fcgi/aws/s3/s3.h"
#include "fcgi/aws/s3/state.h"
#include "shared/base/text.h"
#include "shared/wire/xml.h"

enum { MOST_GRANTS = 100 };

static const char FULL_CONTROL[] = "FULL_CONTROL";
static const char ALL[] = "AllUsers", AUTHENTICATED[] = "AuthenticatedUsers",
	LOG_DELIVERY[] = "LogDelivery";

static const struct {
	const char *name, *uri;
} groups[] = {
	{ ALL, "http://acs.amazonaws.com/groups/global/AllUsers" },
	{ AUTHENTICATED, "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" },
	{ LOG_DELIVERY, "http://acs.amazonaws.com/groups/s3/LogDelivery" },
};

static const struct {
	const char        *name, *header;
	enum s3_permission bits;
} permissions[] = {
	{ "READ", "x-amz-grant-read", S3_READ },
	{ "WRITE", "x-amz-grant-write", S3_WRITE },
	{ "READ_ACP", "x-amz-grant-read-acp", S3_READ_ACP },
	{ "WRITE_ACP", "x-amz-grant-write-acp", S3_WRITE_ACP },
	{ FULL_CONTROL, "x-amz-grant-full-control", S3_FULL_CONTROL },
};

/* What each canned list grants besides the owner's full control. */
static const struct {
	const char *name;
	const char *grantee, *permission, *and_permission; /* grantee NULL: nobody, "": the bucket's */
} canned[] = {
	{ "private", NULL, NULL, NULL },
	{ "public-read", ALL, "READ", NULL },
	{ "public-read-write", ALL, "READ", "WRITE" },
	{ "authenticated-read", AUTHENTICATED, "READ", NULL },
	{ "log-delivery-write", LOG_DELIVERY, "WRITE", "READ_ACP" },
	{ "aws-exec-read", NULL, NULL, NULL }, /* to EC2, which never comes */
	{ "bucket-owner-read", "", "READ", NULL },
	{ "bucket-owner-full-control", "", FULL_CONTROL, NULL },
};

static void
add(struct call *c, struct s3_acl *acl, const char *grantee, const char *permission)
{
	const char **list = mem_array(c->task->mem, const char *, acl->list.n + 2);

	if (acl->list.n == 2 * MOST_GRANTS)
		task_throw(c->task, &S3_MALFORMED_ACL, NULL);
	if (acl->list.n > 0)
		memcpy(list, acl->list.list, acl->list.n * sizeof(*list));
	list[acl->list.n++] = grantee;
	list[acl->list.n++] = permission;
	acl->list.list = list;
}

static _Noreturn void
invalid(struct call *c, const char *message, const char *name, const char *value)
{
	s3_throw(c, &S3_INVALID_ARGUMENT, message, "ArgumentName", name,
	    "ArgumentValue", value, NULL);
}

static struct s3_acl
read_canned(struct call *c, const struct s3_acl_of *of, const char *name)
{
	struct s3_acl acl = { .said = true, .canned = name };
	size_t        i = 0;
	const char   *grantee;

	while (i < COUNT(canned) && strcmp(canned[i].name, name) != 0)
		i++;
	if (i == COUNT(canned))
		invalid(c, "", "x-amz-acl", name);
	grantee = canned[i].grantee;
	/* To the bucket's owner: what it has of its own things, and says nothing of buckets. */
	if (grantee != NULL && *grantee == '\0')
		grantee = of->is_bucket || strcmp(of->owner, of->bucket_owner) == 0 ? NULL
		                                                                    : of->bucket_owner;
	if (grantee == NULL)
		return acl;
	add(c, &acl, of->owner, FULL_CONTROL);
	add(c, &acl, grantee, canned[i].permission);
	if (canned[i].and_permission != NULL)
		add(c, &acl, grantee, canned[i].and_permission);
	return acl;
}

static const char *
account_by_id(struct call *c, const char *id, const char *argument)
{
	for (size_t i = 0; i < c->env->n_accounts; i++)
		if (strcmp(c->env->accounts[i].owner_id, id) == 0)
			return c->env->accounts[i].account_id;
	if (strcmp(id, s3_account(c, S3_ANONYMOUS)->owner_id) == 0)
		return S3_ANONYMOUS;
	invalid(c, "Invalid id", argument, id);
}

void
s3_acl_refuse_email(struct call *c)
{
	s3_throw(c, &S3_METHOD_NOT_ALLOWED, NULL, "Method", c->req->method, "ResourceType",
	    s3_resource_type(c), NULL);
}

static const char *
group_by_uri(struct call *c, const char *uri, const char *argument)
{
	for (size_t i = 0; i < COUNT(groups); i++)
		if (strcmp(groups[i].uri, uri) == 0)
			return groups[i].name;
	invalid(c, "Invalid group uri", argument, uri);
}

/* id="..", uri="..", emailAddress="..": quotes are optional. */
static const char *
read_grantee(struct call *c, const char *header, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t      n = equals != NULL ? (size_t)(equals - text) : 0;
	char       *value;

	if (equals != NULL) {
		value = mem_text(c->task->mem, equals + 1);
		if (*value == '"' && strlen(value) >= 2 && text_ends(value, "\"")) {
			value[strlen(value) - 1] = '\0';
			value++;
		}
		if (n == 2 && strncasecmp(text, "id", n) == 0)
			return account_by_id(c, value, "id");
		if (n == 3 && strncasecmp(text, "uri", n) == 0)
			return group_by_uri(c, value, "uri");
		if (n == 12 && strncasecmp(text, "emailAddress", n) == 0)
			s3_acl_refuse_email(c);
	}
	invalid(c, "Argument format not recognized", header, text);
}

static void
read_grants(struct call *c, struct s3_acl *acl, size_t permission, const char *value)
{
	while (*value != '\0') {
		size_t n, len;

		value += strspn(value, ", \t");
		n = len = strcspn(value, ",");
		while (len > 0 && strchr(" \t", value[len - 1]) != NULL)
			len--;
		if (len > 0)
			add(c, acl, read_grantee(c, permissions[permission].header,
			    mem_text_n(c->task->mem, value, len)), permissions[permission].name);
		value += n;
	}
}

struct s3_acl
s3_acl_headers(struct call *c, const struct s3_acl_of *of)
{
	const char   *name = s3_header(c, "x-amz-acl");
	struct s3_acl acl = { 0 };

	for (size_t i = 0; i < COUNT(permissions); i++) {
		const char *value = s3_header(c, permissions[i].header);

		if (value == NULL)
			continue;
		if (name != NULL)
			s3_throw(c, &S3_INVALID_REQUEST,
			    "Specifying both Canned ACLs and Header Grants is not allowed", NULL);
		acl.said = true;
		read_grants(c, &acl, i, value);
	}
	if (name != NULL)
		return read_canned(c, of, name);
	if (acl.said && acl.list.list == NULL)
		acl.list.list = mem_array(c->task->mem, const char *, 1);
	return acl;
}

/* <Grantee xsi:type="..">: how it is named, by what. */
static const char *
read_grantee_element(struct call *c, const struct xml *x)
{
	const char *type = NULL, *id = xml_child_text(x, "ID"), *uri = xml_child_text(x, "URI");

	for (const struct xml_attribute *a = x->attributes; a != NULL; a = a->next)
		if (strcmp(a->name, "type") == 0 || strcmp(a->name, "xsi:type") == 0)
			type = a->value;
	if (type != NULL && strcmp(type, "CanonicalUser") == 0 && id != NULL && *id != '\0')
		return account_by_id(c, id, "CanonicalUser/ID");
	if (type != NULL && strcmp(type, "Group") == 0 && uri != NULL)
		return group_by_uri(c, uri, "Group/URI");
	if (type != NULL && strcmp(type, "AmazonCustomerByEmail") == 0)
		s3_acl_refuse_email(c);
	task_throw(c->task, &S3_MALFORMED_ACL, NULL);
}

static const char *
read_permission(struct call *c, const struct xml *grant)
{
	const char *name = xml_child_text(grant, "Permission");

	for (size_t i = 0; name != NULL && i < COUNT(permissions); i++)
		if (strcmp(permissions[i].name, name) == 0)
			return permissions[i].name;
	task_throw(c->task, &S3_MALFORMED_ACL, NULL);
}

static struct s3_acl
read_document(struct call *c, const struct s3_acl_of *of, const struct xml *x)
{
	const struct xml *owner = xml_child(x, "Owner"), *list = xml_child(x, "AccessControlList");
	const char       *id = owner != NULL ? xml_child_text(owner, "ID") : NULL;
	struct s3_acl     acl = { .said = true };
	const char       *permission;

	if (id == NULL || *id == '\0' || list == NULL)
		task_throw(c->task, &S3_MALFORMED_ACL, NULL);
	acl.list.list = mem_array(c->task->mem, const char *, 1);
	for (const struct xml *g = list->first; g != NULL; g = g->next) {
		if (strcmp(g->name, "Grant") != 0 || xml_child(g, "Grantee") == NULL)
			task_throw(c->task, &S3_MALFORMED_ACL, NULL);
		permission = read_permission(c, g);
		add(c, &acl, read_grantee_element(c, xml_child(g, "Grantee")), permission);
	}
	/* Ownership does not change this way. */
	if (strcmp(account_by_id(c, id, "CanonicalUser/ID"), of->owner) != 0)
		task_throw(c->task, &S3_ACCESS_DENIED, NULL);
	return acl;
}

struct s3_acl
s3_acl_request(struct call *c, const struct s3_acl_of *of)
{
	const struct xml *x = s3_xml(c, "AccessControlPolicy");
	struct s3_acl     acl = s3_acl_headers(c, of);

	if (x != NULL && acl.said)
		s3_throw(c, &S3_UNEXPECTED_CONTENT, NULL, NULL);
	if (x != NULL)
		return read_document(c, of, x);
	if (!acl.said)
		s3_throw(c, &S3_NO_SECURITY_HEADER, NULL, "MissingHeaderName", "x-amz-acl", NULL);
	return acl;
}

bool
s3_acl_shares(const struct s3_acl *acl, const char *owner)
{
	for (size_t i = 0; i + 1 < acl->list.n; i += 2)
		if (strcmp(acl->list.list[i], owner) != 0)
			return true;
	return false;
}

static bool
is_world(const char *grantee)
{
	return strcmp(grantee, ALL) == 0 || strcmp(grantee, AUTHENTICATED) == 0;
}

bool
s3_acl_public(const struct blob_pairs *list)
{
	for (size_t i = 0; i + 1 < list->n; i += 2)
		if (is_world(list->list[i]))
			return true;
	return false;
}

bool
s3_acl_is_full_control(const struct s3_acl *acl, const char *account)
{
	if (acl->canned != NULL)
		return strcmp(acl->canned, "bucket-owner-full-control") == 0;
	return acl->list.n == 2 && strcmp(acl->list.list[0], account) == 0 &&
	    strcmp(acl->list.list[1], FULL_CONTROL) == 0;
}

enum s3_permission
s3_granted(const struct call *c, const struct s3_access *a, const struct blob_pairs *acl)
{
	unsigned bits = S3_NOTHING;

	for (size_t i = 0; i + 1 < acl->n; i += 2) {
		const char *grantee = acl->list[i];
		bool        mine = strcmp(grantee, s3_caller(c)) == 0;

		if (is_world(grantee))
			mine = !s3_shuts(a, BLOB_IGNORE_LISTS) &&
			    (c->who != NULL || strcmp(grantee, ALL) == 0);
		for (size_t k = 0; mine && k < COUNT(permissions); k++)
			if (strcmp(permissions[k].name, acl->list[i + 1]) == 0)
				bits |= permissions[k].bits;
	}
	return (enum s3_permission)bits;
}

static void
put_grant(struct call *c, const char *grantee, const char *permission)
{
	const struct aws_account *a = s3_account(c, grantee);

	enc_struct(c->out, NULL);
	enc_struct(c->out, "Grantee");
	enc_attribute(c->out, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
	enc_attribute(c->out, "xsi:type", a != NULL ? "CanonicalUser" : "Group");
	if (a != NULL)
		enc_text(c->out, "ID", a->owner_id);
	for (size_t i = 0; i < COUNT(groups); i++)
		if (strcmp(groups[i].name, grantee) == 0)
			enc_text(c->out, "URI", groups[i].uri);
	enc_end(c->out);
	enc_text(c->out, "Permission", permission);
	enc_end(c->out);
}

void
s3_acl_put(struct call *c, const char *owner, const struct blob_pairs *list)
{
	call_header(c, "Content-Type", "application/xml");
	enc_struct(c->out, "AccessControlPolicy");
	s3_put_owner(c, "Owner", s3_account(c, owner));
	enc_list(c->out, "AccessControlList", "Grant");
	if (list->list == NULL)
		put_grant(c, owner, FULL_CONTROL);
	else
		for (size_t i = 0; i + 1 < list->n; i += 2)
			put_grant(c, list->list[i], list->list[i + 1]);
	enc_end(c->out);
	enc_end(c->out);
}
