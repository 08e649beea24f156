import { t } from "../texts";

/** States of runs and steps as people read them. */
export const stateName = (status: string): string => t(`state_${status}`);

export const OPEN_RUN = new Set(["queued", "running", "paused", "failing"]);
