//! Loading the files of an archive, one by one, through the columnar module when needed.

use toolscope::ingest::container::{Archive, Member};
use toolscope::service::{ArchiveLoad, Intake};

use crate::load::{Load, Plain, Refused};

impl Load<'_> {
    /// One file after the other, so that only one is in memory; no question sees half of them.
    pub async fn keep_archive(&self, mut archive: Archive<'_>, intake: Intake<'_>) {
        let _turn = self.shared.turn.take().await;
        if self.stop.is_raised() {
            return;
        }
        let started_ms = js_sys::Date::now();
        let service = &self.shared.service;
        let mut loading = service
            .borrow_mut()
            .begin_archive(self.source, self.name, intake.bytes);
        for member in archive.members.clone() {
            match archive.read(&member) {
                Ok(bytes) => {
                    self.keep_member(&mut loading, &member, &bytes, intake)
                        .await;
                }
                Err(error) => {
                    service
                        .borrow_mut()
                        .refuse_member(&mut loading, &member, &error);
                }
            }
        }
        let proposals = loading.take_proposals();
        let result = service.borrow_mut().finish_archive(loading);
        self.answer(result, proposals, started_ms);
    }

    /// A Parquet file that needs a mapping is read again by what was said of its header; the service does so with others.
    async fn keep_member(
        &self,
        loading: &mut ArchiveLoad,
        member: &Member,
        bytes: &[u8],
        intake: Intake<'_>,
    ) {
        let name = format!("{}/{}", self.name, member.name);
        let mut plain = self.plain(&name, bytes, self.options).await;
        let said = match &plain {
            Err(refused) => refused
                .proposal
                .as_ref()
                .and_then(|proposal| self.options.of_member(&proposal.fingerprint)),
            Ok(_) => None,
        };
        if let Some(said) = &said {
            plain = self.plain(&name, bytes, said).await;
        }
        let service = &self.shared.service;
        match plain {
            Ok(Plain(plain, decoded_from)) => {
                let intake = Intake {
                    decoded_from,
                    options: said.as_ref().unwrap_or(self.options),
                    ..intake
                };
                service
                    .borrow_mut()
                    .load_member(loading, member, &plain, intake);
            }
            Err(Refused { refusal, proposal }) => {
                if let Some(proposal) = proposal {
                    loading.ask(member, proposal);
                }
                service.borrow_mut().refuse_member(loading, member, refusal);
            }
        }
    }
}
