// The page works without this. It adds what only a script can: new entries as they happen,
// a copy button, and details beside the list.
"use strict";
