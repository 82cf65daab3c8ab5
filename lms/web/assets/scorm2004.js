// The shell of a SCO of SCORM 2004.
import { Scorm2004API } from "scorm-again/scorm2004/min";
import { open } from "./scorm/shell.js";

open({ Api: Scorm2004API, name: "API_1484_11", started: "Initialize", statusSet: () => true });
