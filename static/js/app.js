// The one script a page names. Every module upgrades something that works without it.
import "./clock.js";
import "./command.js";
import "./forms.js";
import "./keys.js";
import "./live.js";
import "./password.js";

document.documentElement.classList.add("js");
