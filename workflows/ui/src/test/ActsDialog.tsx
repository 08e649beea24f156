import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { t } from "../texts";

/** Asked before a test runs nodes that may send, write or start something outside. */
export function ActsDialog({ nodes, onGo, onClose }: { nodes: string[]; onGo: () => void; onClose: () => void }) {
  return (
    <Dialog
      title={t("actsTitle")}
      onClose={onClose}
      buttons={
        <>
          <Button label={t("cancel")} onClick={onClose} />
          <Button label={t("actsGo")} icon="test" tone="danger" onClick={onGo} />
        </>
      }
    >
      <p>{t("actsAbout")}</p>
      <ul className="nyd-plain-list">
        {nodes.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </Dialog>
  );
}
