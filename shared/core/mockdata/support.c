/* shared/core/mockdata/support.c - tickets of a help desk */
#include <string.h>

#include "shared/core/mockdata/record.h"

/* lint: wide table */
static const struct {
	const char *platform, *category, *priority, *subject, *description, *resolution;
} cases[] = {
	{ "Windows", "performance", "medium", "Computer is very slow after the update", "Since last night's update it takes minutes until programs open.", "Removed a failed update and installed it again." },
	{ "Windows", "crash", "high", "Blue screen when docking", "The screen turns blue with DRIVER_POWER_STATE_FAILURE when I connect the dock.", "Updated the firmware of the dock and its driver." },
	{ "Windows", "printing", "low", "Printer shows as offline", "The printer on floor 2 is offline on my computer only.", "Restarted the print spooler and added the printer again." },
	{ "Windows", "network", "high", "VPN does not connect", "The VPN client stops at 'verifying user' when I work from home.", "Renewed the expired machine certificate." },
	{ "Windows", "account", "medium", "Account locked out again", "My account is locked every morning.", "Removed an old password saved in Credential Manager." },
	{ "Windows", "security", "urgent", "BitLocker asks for the recovery key", "After a firmware update the computer wants a recovery key.", "Gave the recovery key after checking identity; suspended and resumed BitLocker." },
	{ "Linux", "storage", "high", "No space left on device", "Builds fail: / is full.", "Removed old journal files and kernels; grew the volume." },
	{ "Linux", "network", "high", "No DNS after suspend", "Names no longer resolve after the laptop wakes up.", "Restarted systemd-resolved and updated NetworkManager." },
	{ "Linux", "software", "medium", "Package manager reports broken dependencies", "An upgrade stopped half way and apt refuses to go on.", "Finished the configuration of packages and removed a conflicting repository." },
	{ "Linux", "access", "medium", "Permission denied with SSH key", "ssh refuses my new key on the build host.", "Corrected the mode of authorized_keys." },
	{ "Linux", "hardware", "medium", "External display not detected", "Nothing is shown on the second display.", "Installed the graphics driver that matches the kernel." },
	{ "Linux", "crash", "urgent", "Server rebooted by itself", "The host went away at night; the log shows out of memory.", "Limited the memory of the service that leaked and updated it." },
	{ "macOS", "performance", "medium", "Fans loud, everything slow", "A process called mds_stores takes the whole CPU.", "Rebuilt the Spotlight index." },
	{ "macOS", "network", "medium", "Wi-Fi drops every few minutes", "The connection is lost in meeting rooms only.", "Removed old networks and joined again with the current profile." },
	{ "macOS", "account", "high", "Keychain asks for the old password", "After a password change a dialog comes up all the time.", "Updated the login keychain's password." },
	{ "macOS", "software", "low", "App is damaged and cannot be opened", "The installer from the portal does not start.", "Installed the notarized build." },
	{ "macOS", "storage", "low", "Time Machine backup fails", "The backup disk is said to be read-only.", "Checked and repaired the disk; the next backup went through." },
	{ "macOS", "security", "high", "FileVault stuck at encrypting", "FileVault stands at 30 percent since yesterday.", "Connected the power supply; encryption went on and finished." },
};

static const struct {
	const char *platform, *version;
} systems[] = {
	{ "Windows", "Windows 10 22H2" }, { "Windows", "Windows 11 22H2" },
	{ "Windows", "Windows 11 23H2" }, { "Linux", "Ubuntu 22.04 LTS" }, { "Linux", "Debian 12" },
	{ "Linux", "Fedora Linux 40" }, { "Linux", "Rocky Linux 9.4" }, { "macOS", "macOS 13 Ventura" },
	{ "macOS", "macOS 14 Sonoma" }, { "macOS", "macOS 15 Sequoia" },
};

static const struct mock_field ticket_fields[] = {
	{ "ticket_id", MOCK_TEXT }, { "platform", MOCK_TEXT }, { "os_version", MOCK_TEXT },
	{ "category", MOCK_TEXT }, { "priority", MOCK_TEXT }, { "subject", MOCK_TEXT },
	{ "description", MOCK_TEXT }, { "requester_name", MOCK_TEXT },
	{ "requester_email", MOCK_TEXT }, { "requester_phone", MOCK_TEXT },
	{ "department", MOCK_TEXT }, { "asset_tag", MOCK_TEXT }, { "channel", MOCK_TEXT },
	{ "status", MOCK_TEXT }, { "assignee", MOCK_TEXT }, { "created_at", MOCK_TIME },
	{ "first_response_at", MOCK_TIME }, { "updated_at", MOCK_TIME }, { "due_at", MOCK_TIME },
	{ "resolved_at", MOCK_TIME }, { "resolution", MOCK_TEXT }, { "satisfaction", MOCK_INT },
};

static int64_t
hours_for(const char *priority)
{
	return strcmp(priority, "urgent") == 0 ? 4 : strcmp(priority, "high") == 0 ? 8
	    : strcmp(priority, "medium") == 0 ? 24 : 72;
}

/* New: nobody has looked. Open, pending: answered. Resolved, closed: done. */
static void
put_progress(struct mock_record *r, size_t which)
{
	static const char *const states[] = { "new", "open", "pending", "resolved", "closed",
		"closed" };
	struct draw *d = &r->draw;
	const char  *status = *DRAW_OF(d, states);
	bool         fresh = strcmp(status, "new") == 0;
	bool         done = strcmp(status, "resolved") == 0 || strcmp(status, "closed") == 0;
	int64_t      created = draw_time(d, r->in->today - draw_between(d, 8, 120), 7, 19);
	int64_t      hours = hours_for(cases[which].priority);
	int64_t      answered = created + draw_between(d, 2, hours * 30) * MINUTE;
	int64_t      changed = answered + draw_between(d, 10, hours * 90) * MINUTE;

	if (changed >= r->in->today * DAY)
		changed = answered;
	put(r, "status", status);
	put(r, "assignee", fresh ? NULL : draw_person(d, r->mem).full);
	put_time(r, "created_at", created);
	put(r, "first_response_at", fresh ? NULL : clock_iso(r->mem, answered));
	put_time(r, "updated_at", fresh ? created : changed);
	put_time(r, "due_at", created + hours * HOUR);
	put(r, "resolved_at", done ? clock_iso(r->mem, changed) : NULL);
	put(r, "resolution", done ? cases[which].resolution : NULL);
	if (done && draw_percent(d, 60))
		put_int(r, "satisfaction", draw_percent(d, 75) ? draw_between(d, 4, 5)
		    : draw_between(d, 1, 3));
	else
		put(r, "satisfaction", NULL);
}

static void
make_ticket(struct mock_record *r)
{
	static const char *const departments[] = { "Sales", "Finance", "Engineering", "Human Resources",
		"Marketing", "Operations", "Legal" };
	static const char *const channels[] = { "e-mail", "portal", "telephone", "chat" };
	struct draw  *d = &r->draw;
	size_t        which = draw_below(d, COUNT(cases)), system = draw_below(d, COUNT(systems));
	struct person p = draw_person(d, r->mem);

	while (strcmp(systems[system].platform, cases[which].platform) != 0)
		system = (system + 1) % COUNT(systems);
	put(r, "ticket_id", mock_id(r->mem, "TKT", r->index));
	put(r, "platform", cases[which].platform);
	put(r, "os_version", systems[system].version);
	put(r, "category", cases[which].category);
	put(r, "priority", cases[which].priority);
	put(r, "subject", cases[which].subject);
	put(r, "description", cases[which].description);
	put(r, "requester_name", p.full);
	put(r, "requester_email", person_email(r->mem, &p, r->index, "corp.example.com"));
	put(r, "requester_phone", draw_phone(d, r->mem, draw_place(d)));
	put(r, "department", *DRAW_OF(d, departments));
	put_fmt(r, "asset_tag", "AT-%05d", (int)draw_between(d, 1, 99999));
	put(r, "channel", *DRAW_OF(d, channels));
	put_progress(r, which);
}

const struct mock_template mock_support_tickets = {
	"support_tickets", "Tech support", "Tickets of Windows, Linux and macOS users", 100, NULL,
	ticket_fields, COUNT(ticket_fields), make_ticket,
};
