// The shell of a SCO of SCORM 1.2.
import { Scorm12API } from "scorm-again/scorm12/min";
import { open } from "./scorm/shell.js";

open({ Api: Scorm12API, name: "API", started: "LMSInitialize", statusSet: (api) => api.statusSetByModule });
