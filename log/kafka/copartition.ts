import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/**
 * Gives partition p of every topic to the same member, so that one processor gets an association's readings and commands.
 * Round robin over one topic after the other does not do this, unless the number of partitions is a multiple of the members.
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
