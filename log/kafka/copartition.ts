import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/**
 * Assigns partition p of every topic to the same member of the group, so that one processor gets the readings and the
 * commands of an association. The round-robin assigner of kafkajs does this only if the number of partitions is a
 * multiple of the number of members.
 */
export const copartition: PartitionAssigner = ({ cluster }) => ({
  name: 'vigil-copartition',
  version: 0,
  async assign({ members, topics }) {
    const ids = members.map((member) => member.memberId).sort();
    return ids.map((memberId, index) => {
      const assignment: Record<string, number[]> = {};
      for (const topic of topics) {
        assignment[topic] = cluster
          .findTopicPartitionMetadata(topic)
          .map((row) => row.partitionId)
          .filter((partition) => partition % ids.length === index);
      }
      return {
        memberId,
        memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
      };
    });
  },
  protocol: ({ topics }) => ({
    name: 'vigil-copartition',
    metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
  }),
});
